import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { recordsOf, until, type Received } from '@crossdock/testing';
import { createVault, keyIdOf } from '@crossdock/vault';
import { Webhook } from 'standardwebhooks';
import { secretRotation } from '../src/app/rotate-secret.ts';
import { endpointSecrets } from '../src/app/secrets.ts';
import { endpointStore } from '../src/store/endpoints.ts';
import { cast, type Cast } from './cast.ts';
import { as, completed, KEY } from './stage.ts';

let on: Cast;
beforeAll(async () => void (on = await cast()));
afterAll(() => on.close());

type Subscribed = Awaited<ReturnType<Cast['subscribe']>>;

const rotate = async (
  { connectorId, endpointId }: Subscribed,
  overlapSeconds: number,
  more: { secret?: string; idempotencyKey?: string; bodyHash?: string } = {},
) => {
  const request = { connectorId, id: endpointId, secret: undefined, overlapSeconds, idempotencyKey: '', bodyHash: '' };
  return (await on.app.endpoints.rotateSecret({ ...request, ...more }, as())).endpoint!;
};

/** The next call to it. */
async function call(endpoint: Subscribed): Promise<Received> {
  const before = endpoint.received().length;
  await on.theatre.bus.publish([completed(endpoint.connectorId)]);
  return until(() => endpoint.received()[before], { what: 'a call' });
}

/** A receiver's look at a call: at the body by the one header, at everything by the other. */
function accepts({ headers, body }: Received, secret: string): { nolux: boolean; standard: boolean } {
  const nolux = createHmac('sha256', secret).update(body).digest('hex') === headers['x-nolux-signature'];
  try {
    const key = secret.startsWith('whsec_') ? secret : Buffer.from(secret).toString('base64');
    new Webhook(key).verify(body, headers as Record<string, string>);
    return { nolux, standard: true };
  } catch {
    return { nolux, standard: false };
  }
}

const BOTH = { nolux: true, standard: true };
const STANDARD = { nolux: false, standard: true };
const NEITHER = { nolux: false, standard: false };
const FIRST = 'your_webhook_secret';
const SECOND = 'your_next_webhook_secret';

test('in the overlap both secrets are accepted, after it the new one alone', async () => {
  const endpoint = await on.subscribe();
  const rotated = await rotate(endpoint, 60, { secret: SECOND });
  expect(rotated).toMatchObject({ secret: '', secretHint: '***cret', liveSecrets: 2 });
  const during = await call(endpoint);
  expect([accepts(during, FIRST), accepts(during, SECOND)]).toEqual([STANDARD, BOTH]);
  // The stamp of a call is the dispatcher's time: within what a receiver tolerates.
  on.pass(61_000);
  const after = await call(endpoint);
  expect([accepts(after, FIRST), accepts(after, SECOND)]).toEqual([NEITHER, BOTH]);
});

test('an overlap of 0 ends every older secret at once; one of ours is shown once', async () => {
  const endpoint = await on.subscribe();
  await rotate(endpoint, 3_600, { secret: SECOND });
  const made = await rotate(endpoint, 0);
  expect(made.secret).toMatch(/^whsec_/);
  expect(await endpoint.read()).toMatchObject({ secret: '', liveSecrets: 1 });
  const request = await call(endpoint);
  expect([FIRST, SECOND, made.secret].map((secret) => accepts(request, secret))).toEqual([NEITHER, NEITHER, BOTH]);
});

test('five secrets live at most, and a call carries a signature of each', async () => {
  const endpoint = await on.subscribe();
  const secrets = [FIRST];
  for (let n = 0; n < 4; n += 1) secrets.push((await rotate(endpoint, 3_600)).secret);
  await expect(rotate(endpoint, 3_600)).rejects.toMatchObject({ kind: 'conflict', code: 'SECRET_LIMIT' });
  const request = await call(endpoint);
  expect(secrets.map((secret) => accepts(request, secret))).toEqual([...Array(4).fill(STANDARD), BOTH]);
  expect((await rotate(endpoint, 0)).liveSecrets).toBe(1);
});

test('of two rotations at once both count, and a repeat of one makes no other secret', async () => {
  const endpoint = await on.subscribe();
  const [one, two] = await Promise.all([rotate(endpoint, 3_600), rotate(endpoint, 3_600)]);
  expect(one!.secret).not.toBe(two!.secret);
  expect((await endpoint.read()).liveSecrets).toBe(3);
  const key = { idempotencyKey: 'rotate-1', bodyHash: 'h-1' };
  const made = await Promise.all(Array.from({ length: 5 }, () => rotate(endpoint, 3_600, key)));
  expect(new Set(made.map(({ secret }) => secret)).size).toBe(1);
  expect((await endpoint.read()).liveSecrets).toBe(4);
  await expect(rotate(endpoint, 3_600, { ...key, bodyHash: 'h-2' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY' });
});

test('a secret that lives already, is empty or too long, and an overlap of more than a week are refused', async () => {
  const endpoint = await on.subscribe();
  for (const secret of [FIRST, '', ' ', 'x'.repeat(257), 'whsec_!'])
    await expect(rotate(endpoint, 60, { secret })).rejects.toMatchObject({ details: { secret: [expect.any(String)] } });
  await expect(rotate(endpoint, 604_801)).rejects.toMatchObject({ details: { overlap_seconds: [expect.any(String)] } });
});

test('a new secret that meets a rotation of keys puts no older one back under the old key', async () => {
  const subscribed = await on.subscribe();
  await rotate(subscribed, 3_600, { secret: SECOND });
  const { connectorId, endpointId: id } = subscribed;
  const vault = createVault(`k2:${Buffer.alloc(32, 8).toString('base64')},${KEY}`);
  const endpoints = endpointStore(on.theatre.db);
  const stored = async () => (await endpoints.get('demo', connectorId, id))!;
  /** As the stored ones are put under the new key, just after they were read. */
  async function getEndpoint() {
    const read = await stored();
    const anew = (text: string) => vault.rewrap('demo', text);
    const olderSecrets = read.olderSecrets.map((older) => ({ ...older, secret: anew(older.secret) }));
    const secret = anew(read.secret);
    await endpoints.model.updateOne({ _id: id }, { $set: { secret, olderSecrets } });
    return read;
  }
  const rotateSecret = secretRotation({
    endpointApp: { getEndpoint },
    endpoints,
    secrets: endpointSecrets(vault),
    nudge: () => {},
    clock: on.clock,
  });
  const rotation = { connectorId, id, overlapSeconds: 3_600, idempotencyKey: '', bodyHash: '' };
  await rotateSecret({ ...as(), requestId: '' }, rotation);
  const { secret, olderSecrets } = await stored();
  expect([secret, ...olderSecrets.map((older) => older.secret)].map(keyIdOf)).toEqual(['k2', 'k2', 'k2']);
});

test('a rotation is audited without any secret', async () => {
  const endpoint = await on.subscribe({ secret: 'canary-one-of-sixteen' });
  await rotate(endpoint, 60, { secret: 'canary-two-of-sixteen' });
  const audits = await until(async () => {
    const found = await recordsOf('audit.recorded', on.theatre);
    const mine = found.filter(({ value }) => value.includes(endpoint.endpointId));
    return mine.length === 2 ? mine.map(({ value }) => value) : null;
  });
  expect(JSON.parse(audits[1]!)).toMatchObject({ action: 'webhook.rotate_secret', actor: 'user:1' });
  expect(audits.join()).not.toContain('canary');
});
