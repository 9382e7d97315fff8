import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cast, type Cast } from './cast.ts';
import { payloadExpiry } from '../src/store/payload-expiry.ts';
import { deliveryStore } from '../src/store/deliveries.ts';
import { completed } from './stage.ts';

const DAY = 86_400_000;

let on: Cast;
beforeAll(async () => void (on = await cast()));
afterAll(() => on.close());

test('bytes go after thirty days, what waited for so long has failed, and rows stay', async () => {
  const endpoint = await on.subscribe();
  await on.theatre.bus.publish([completed(endpoint.connectorId)]);
  const [sent] = await endpoint.all(1, ({ status }) => status === 'delivered');
  await endpoint.edit({ status: 'paused' });
  await on.theatre.bus.publish([completed(endpoint.connectorId), completed(endpoint.connectorId)]);
  const found = await endpoint.all(
    3,
    ({ status, nextAttemptAt }) => status === 'delivered' || nextAttemptAt === undefined,
  );
  const [young, waiting] = found.filter(({ status }) => status === 'pending');
  const old = new Date(on.clock().getTime() - 31 * DAY);
  await on.rows().updateMany({ _id: { $in: [sent!.id, waiting!.id] } }, { $set: { createdAt: old } });
  const expiry = payloadExpiry(on.theatre.db, deliveryStore(on.theatre.db).model);
  const before = new Date(on.clock().getTime() - 30 * DAY);
  // The dispatcher's own look, at its start, came before there was anything.
  await on.theatre.db.collection('retention').deleteMany({});
  await expiry.expire(before);
  await expiry.expire(before);
  const stored = await on.rows().find({ endpointId: endpoint.endpointId }).toArray();
  expect(stored.filter((row) => 'body' in row).map(({ _id }) => _id)).toEqual([young!.id]);
  expect((await endpoint.detail(waiting!.id)).delivery).toMatchObject({ status: 'failed', reason: 'payload_expired' });
  const { delivery, attempts } = await endpoint.detail(sent!.id);
  expect([delivery!.status, attempts.length]).toEqual(['delivered', 1]);
  await expect(endpoint.resend(sent!.id)).rejects.toMatchObject({ code: 'PAYLOAD_EXPIRED' });
  await expect(endpoint.resend(waiting!.id)).rejects.toMatchObject({ code: 'PAYLOAD_EXPIRED' });
});

test.each(['deliveries', 'attempts', 'recoveries'])(
  'the database takes %s out by itself after ninety days',
  async (name) => {
    const indexes = await on.theatre.db.collection(name).indexes();
    expect(indexes.map(({ expireAfterSeconds }) => expireAfterSeconds)).toContain(90 * 86_400);
  },
);

test('a database of an earlier version loses the index that another took the place of', async () => {
  const rows = on.theatre.db.collection('deliveries');
  await rows.createIndex({ endpointId: 1, createdAt: -1 }, { name: 'endpoint_newest' });
  await on.theatre.db.collection('migrations').deleteMany({});
  const next = await on.theatre.dispatcher();
  await next.service.stop();
  const names = (await rows.indexes()).map(({ name }) => name);
  expect(names).toContain('endpoint_newest_first');
  expect(names).not.toContain('endpoint_newest');
});
