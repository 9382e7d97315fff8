import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { takeTour } from '@crossdock/stack/tour';
import { receiver, recordsOf, startStack, stores, until, type TestStack } from '../src/index.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await startStack();
}, 180_000);

afterAll(async () => stack?.stop(), 180_000);

/** The tour with its output kept; `onLine` sees each line as it comes. */
async function tour(onLine: (text: string) => void = () => undefined) {
  await using webhooks = await receiver();
  const lines: string[] = [];
  const screen = {
    line(text = '') {
      lines.push(text);
      onLine(text);
    },
    status: () => undefined,
  };
  const { gateway, control, topicPrefix } = stack;
  const failure = await takeTour({
    gateway,
    control,
    kafka: stores().kafka,
    topicPrefix,
    webhooks,
    screen,
    signal: new AbortController().signal,
  });
  return { failure, output: lines.join('\n'), requests: webhooks.requests };
}

test('the tour does what it says and names what it shows', async () => {
  const { failure, output, requests } = await tour();
  expect(failure).toBeNull();
  for (const shown of [
    'tmall shop "',
    '/taobao/authorize?',
    '1,000',
    'sync.completed',
    'ce_id: ',
    'webhook-signature: v1,',
    'X-Nolux-Signature: ',
    'verified',
  ]) {
    expect(output).toContain(shown);
  }
  expect(requests).toHaveLength(1);
}, 180_000);

test('with every service killed on the way it still ends right, one event and one webhook for the sync', async () => {
  const before = (await recordsOf('sync.completed', { topicPrefix: stack.topicPrefix })).length;
  const victims = new Map([
    ['1.', 'shop-settings'],
    ['2.', 'auth-channel'],
    ['4.', 'connector-registry'],
    ['5.', 'sandbox'],
    ['6.', 'webhook-dispatcher'],
    ['7.', 'sync-orchestrator'],
    ['10.', 'gateway'],
  ] as const);
  const killed: number[] = [];
  const { failure, requests } = await tour((line) => {
    const step = [...victims.keys()].find((number) => line.includes(`${number} `) && !line.startsWith(' '));
    if (step === undefined) return;
    const victim = victims.get(step) as NonNullable<ReturnType<typeof victims.get>>;
    victims.delete(step);
    killed.push(stack.pid(victim));
    stack.kill(victim);
  });
  expect(failure).toBeNull();
  expect(killed).toHaveLength(7);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(await recordsOf('sync.completed', { topicPrefix: stack.topicPrefix })).toHaveLength(before + 1);
  await until(() => !killed.includes(stack.pid('gateway')), { what: 'the gateway to be another process' });
}, 180_000);
