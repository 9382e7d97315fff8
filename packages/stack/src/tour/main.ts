import pc from 'picocolors';
import { receiver } from '../receiver.ts';
import { terminalScreen } from '../screen.ts';
import { welcome } from '../summary.ts';
import { takeTour } from './tour.ts';

/** The tour by itself, beside a product that is up (profile `demo` of docker-compose.yml); ends with 0 only if every step did what it says. */
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.abort());
const screen = terminalScreen(process.stdout);
const gateway = given('GATEWAY_URL');

const failure = await takeTour({
  gateway,
  control: given('CONTROL_URL'),
  kafka: given('KAFKA_BROKERS').split(','),
  topicPrefix: '',
  webhooks: await receiver({ port: Number(given('RECEIVER_PORT')), name: given('RECEIVER_NAME') }),
  screen,
  signal: ended.signal,
});
if (failure === null) {
  screen.line(pc.green('\nThe tour is complete: every step did what it says.'));
  screen.line(welcome(given('PUBLIC_URL')));
} else {
  screen.line(pc.red(`\nThe tour failed at step ${failure.step}`));
  screen.line(`  cause: ${failure.cause}`);
  screen.line(`  log:   that of ${failure.service}`);
}
process.exit(failure === null ? 0 : 1);

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is missing.`);
  return value;
}
