import { readArguments, USAGE } from './arguments.ts';
import { launch } from './launch.ts';
import { terminalScreen } from './screen.ts';

/** What `npm start` runs: until Ctrl-C, a signal, or the end of the process that started this one. */
const wanted = readArguments(process.argv.slice(2));
if (wanted === null) {
  console.error(USAGE);
  process.exit(2);
}
const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
process.once('disconnect', () => ended.abort());
process.exit(
  await launch({ ...wanted, env: process.env, screen: terminalScreen(process.stdout), signal: ended.signal }),
);
