import { afterEach, expect, test } from '@jest/globals';
import { createOutbound, isOutboundError, type Outbound } from '@crossdock/outbound';
import { HOSTILE_KINDS, hostileReceiver, receiver, until, type HostileKind } from '../src/index.ts';

const BODY = Buffer.from('{"a":1}');
const ALLOW = '127.0.0.1/32';
/** Longer than any test: who still waits then waits for ever. */
const PATIENT_MS = 120_000;

let open = new AsyncDisposableStack();
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
});

function outbound(totalTimeoutMs: number): Outbound {
  const client = createOutbound({ allow: ALLOW, totalTimeoutMs });
  open.defer(() => client.close());
  return client;
}

const post = (client: Outbound, url: string) =>
  client.post({ url, headers: { 'content-type': 'application/json' }, body: BODY });

/** What a call comes to: the answer's status, or whose fault it was and what happened. */
async function outcome(client: Outbound, url: string): Promise<object> {
  try {
    const { status, body, truncated } = await post(client, url);
    return { status, bytes: Buffer.byteLength(body), truncated };
  } catch (err) {
    if (!isOutboundError(err)) throw err;
    return { blame: err.blame, timedOut: err.timedOut };
  }
}

const LATE = { blame: 'receiver', timedOut: true };
const BROKEN = { blame: 'receiver', timedOut: false };

const OUTCOMES: Record<HostileKind, object> = {
  hang: LATE,
  'drip body': LATE,
  'drip headers': LATE,
  'endless body': { status: 200, bytes: 16_384, truncated: true },
  'gzip bomb': { status: 200, truncated: true },
  'reset in headers': BROKEN,
  'reset in body': BROKEN,
  'end in body': BROKEN,
  'redirect loop': { status: 302, bytes: 0, truncated: false },
  'huge header': BROKEN,
  'endless headers': BROKEN,
  'content after its length': { status: 200, bytes: 2, truncated: false },
  'two lengths': BROKEN,
  'length and chunks': BROKEN,
  'continue flood': BROKEN,
  'early hints flood': BROKEN,
  'endless chunk extension': BROKEN,
  'endless trailers': BROKEN,
  'another protocol': BROKEN,
  'unasked upgrade': BROKEN,
  'bad certificate': { blame: 'tls', timedOut: false },
};

test.each(HOSTILE_KINDS)(
  'calls to a receiver of the kind "%s" end, each by the right fault, and leave no socket',
  async (kind) => {
    const hostile = open.use(await hostileReceiver(kind));
    const expected = OUTCOMES[kind];
    // Only those who never come to an end need a deadline; for the others it is out of reach.
    const client = outbound(expected === LATE ? 1_000 : PATIENT_MS);
    for (let n = 1; n <= (expected === LATE ? 1 : 2); n += 1) {
      expect(await outcome(client, hostile.url)).toMatchObject(expected);
      expect(hostile.connections()).toBe(n);
    }
    await until(() => hostile.open() === 0, { what: 'every connection to be closed' });
  },
);

test('one of every kind at once, and who is healthy gets every call', async () => {
  const hostiles = await Promise.all(HOSTILE_KINDS.map(async (kind) => open.use(await hostileReceiver(kind))));
  const healthy = open.use(await receiver());
  const [patient, hasty] = [outbound(PATIENT_MS), outbound(300)];
  const clientOf = ({ kind }: { kind: HostileKind }) => (OUTCOMES[kind] === LATE ? hasty : patient);
  const bad = hostiles.flatMap((each) => Array.from({ length: 5 }, () => outcome(clientOf(each), each.url)));
  const good = await Promise.all(Array.from({ length: 100 }, () => outcome(patient, healthy.url)));
  expect(good).toEqual(Array.from({ length: 100 }, () => ({ status: 200, bytes: 0, truncated: false })));
  expect(healthy.requests).toHaveLength(100);
  expect(await Promise.all(bad)).toHaveLength(HOSTILE_KINDS.length * 5);
});

test('200 calls that hang leave room for 500 others, at other receivers and at their own', async () => {
  const hanging = open.use(await hostileReceiver('hang'));
  const healthy = await Promise.all(Array.from({ length: 5 }, async () => open.use(await receiver())));
  const client = outbound(PATIENT_MS);
  let ended = 0;
  const stuck = Array.from({ length: 200 }, () => outcome(client, hanging.url).finally(() => (ended += 1)));
  await until(() => hanging.hits() === 200, { what: '200 calls to hang' });
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, n) => outcome(client, healthy[n % healthy.length]?.url ?? '')),
  );
  expect(answers.filter((answer) => 'status' in answer)).toHaveLength(500);
  expect(healthy.map(({ requests }) => requests.length)).toEqual([100, 100, 100, 100, 100]);
  expect({ ended, open: hanging.open() }).toEqual({ ended: 0, open: 200 });
  client.close();
  const ends = await Promise.all(stuck);
  expect(ends.every((end) => 'blame' in end && end.blame === 'ours')).toBe(true);
});

test('under load 98 of 100 calls find an open connection', async () => {
  const receivers = await Promise.all(Array.from({ length: 10 }, async () => open.use(await receiver())));
  const client = outbound(PATIENT_MS);
  const reused: boolean[] = [];
  const steadily = async (url: string) => {
    for (let n = 0; n < 60; n += 1) reused.push((await post(client, url)).reused);
  };
  await Promise.all(receivers.flatMap(({ url }) => [steadily(url), steadily(url)]));
  expect(reused).toHaveLength(1_200);
  expect(reused.filter(Boolean).length / reused.length).toBeGreaterThanOrEqual(0.98);
});
