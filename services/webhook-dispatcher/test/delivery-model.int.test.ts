import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@crossdock/kernel';
import { stores, testNames } from '@crossdock/testing';
import fc from 'fast-check';
import mongoose from 'mongoose';
import type { Delivery, DeliveryStatus, Verdict } from '../src/domain/delivery.ts';
import { RECOVERABLE, type Recovery } from '../src/domain/recovery.ts';
import { WEBHOOK_TYPES } from '../src/domain/webhook.ts';
import { openStores } from '../src/store/stores.ts';

const db = mongoose.createConnection();
const store = openStores(db);
// Of today: the database takes out by itself what is old.
const NOW = new Date();
const LATER = new Date(NOW.getTime() + 7_200_000);

beforeAll(async () => {
  await db.openUri(stores().mongodb, { dbName: testNames().database });
  await store.deliveries.model.createIndexes();
});
afterAll(async () => {
  await db.dropDatabase();
  await db.close();
});

const deliveryOf = (more: Partial<Delivery> = {}): Delivery => ({
  id: newId(),
  tenant: 'demo',
  connectorId: 'c1',
  endpointId: newId(),
  eventId: newId(),
  type: 'sync.completed',
  body: '{}',
  status: 'pending',
  attemptCount: 0,
  nextAttemptAt: NOW,
  createdAt: NOW,
  traceparent: '',
  ...more,
});

const recoveryOf = (endpointId: string, more: Partial<Recovery> = {}): Recovery => ({
  id: newId(),
  tenant: 'demo',
  connectorId: 'c1',
  endpointId,
  status: 'running',
  dryRun: false,
  since: new Date(0),
  until: LATER,
  ofStatus: 'failed',
  ofTypes: [],
  count: 0,
  processed: 0,
  resent: 0,
  skipped: 0,
  cursor: null,
  createdAt: NOW,
  completedAt: null,
  ...more,
});

/** A delivery as one would keep it on paper. */
interface Model {
  status: DeliveryStatus;
  attempts: number;
  /** Attempts the schedule does not count. */
  before: number;
  holder: string | null;
  due: Date | null;
  trigger: string | undefined;
  bytes: boolean;
}

type Step = (model: Model, id: string, endpointId: string) => Promise<void>;

const again = (model: Model, trigger: string, due: Date | null): Model => ({
  ...model,
  status: 'pending',
  holder: '',
  due,
  trigger,
  before: model.attempts,
});

const inNobodysHand = ({ holder }: Model): boolean => holder === '' || holder === null;

const claim: Step = async (model, id) => {
  const taken = await store.deliveries.claim([id], 'h', NOW);
  const mine = model.holder === '' && model.due !== null && model.due <= NOW;
  expect(taken.length).toBe(mine ? 1 : 0);
  if (mine) model.holder = 'h';
};

const VERDICTS: Verdict[] = [
  { status: 'delivered', nextAttemptAt: null },
  { status: 'failed', nextAttemptAt: null, reason: 'exhausted' },
  { status: 'pending', nextAttemptAt: NOW },
  { status: 'pending', nextAttemptAt: LATER },
  { status: 'pending', nextAttemptAt: null },
];

const settle =
  (verdict: Verdict, holder: string): Step =>
  async (model, id) => {
    const trigger = (model.trigger ?? 'schedule') as 'schedule';
    await store.deliveries.settle([{ id, holder, attemptCount: model.attempts + 1, trigger, verdict }]);
    if (model.holder !== holder) return;
    const { status, nextAttemptAt: due } = verdict;
    Object.assign(model, { status, due, attempts: model.attempts + 1, trigger: undefined });
    model.holder = status === 'pending' ? '' : null;
  };

const resend =
  (due: Date | null): Step =>
  async (model, id) => {
    const may = model.bytes && inNobodysHand(model) && model.status !== 'cancelled';
    expect(await store.resends.resend(id, due, '', [])).toBe(may);
    if (may) Object.assign(model, again(model, 'resend', due));
  };

const recover =
  (ofStatus: Recovery['ofStatus']): Step =>
  async (model, id, endpointId) => {
    const may = model.bytes && inNobodysHand(model) && model.status === ofStatus;
    const recovery = recoveryOf(endpointId, { ofStatus });
    expect(await store.resends.recover(recovery, [id], NOW)).toBe(may ? 1 : 0);
    // The same batch once more, as after a crash: nothing changes.
    expect(await store.resends.recover(recovery, [id], LATER)).toBe(may ? 1 : 0);
    if (may) Object.assign(model, again(model, 'recover', NOW));
  };

const STEPS: Record<string, Step> = {
  claim,
  resend: resend(NOW),
  'resend while held': resend(null),
  'settle late': settle(VERDICTS[0]!, 'somebody else'),
  ...Object.fromEntries(VERDICTS.map((verdict, n) => [`settle ${n} ${verdict.status}`, settle(verdict, 'h')])),
  ...Object.fromEntries(RECOVERABLE.map((status) => [`recover ${status}`, recover(status)])),
  async park(model, id, endpointId) {
    await store.holding.park(endpointId, [id], 'h');
    if (model.status === 'pending') Object.assign(model, { holder: '', due: null });
  },
  async unpark(model, _id, endpointId) {
    await store.holding.unpark(endpointId, NOW);
    if (model.holder === '' && model.due === null) model.due = NOW;
  },
  async postpone(model, id, endpointId) {
    await store.holding.postpone(endpointId, [id], 'h', LATER);
    if (model.holder === 'h' || (model.holder === '' && model.due !== null))
      Object.assign(model, { holder: '', due: LATER });
  },
  async hasten(model, _id, endpointId) {
    await store.holding.hasten(endpointId, LATER, NOW);
    if (model.holder === '' && model.due?.getTime() === LATER.getTime()) model.due = NOW;
  },
  async cancel(model, _id, endpointId) {
    await store.holding.cancelOf([endpointId]);
    if (model.status === 'pending') Object.assign(model, { status: 'cancelled', holder: null, due: null });
  },
  async 'the holder dies'(model) {
    await store.deliveries.releaseAllOf(['h'], NOW);
    if (model.holder === 'h') Object.assign(model, { holder: '', due: NOW });
  },
  async 'the bytes expire'(model) {
    await db.collection('retention').deleteMany({});
    await store.expiry.expire(LATER);
    if (model.holder === 'h' || !model.bytes) return;
    if (model.holder === '') Object.assign(model, { status: 'failed', due: null, holder: null });
    model.bytes = false;
  },
};

test('whatever happens to a delivery in whatever order, it stands as on paper', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...Object.keys(STEPS)), { maxLength: 14 }), async (names) => {
      await store.deliveries.model.deleteMany({});
      const delivery = deliveryOf();
      await store.deliveries.insert([{ delivery, holder: null }]);
      const model: Model = {
        status: 'pending',
        attempts: 0,
        before: 0,
        holder: '',
        due: NOW,
        trigger: undefined,
        bytes: true,
      };
      for (const name of names) {
        await STEPS[name]!(model, delivery.id, delivery.endpointId);
        const row = (await db.collection<{ _id: string }>('deliveries').findOne({ _id: delivery.id }))!;
        const {
          status,
          holder,
          trigger,
          attemptsBefore = 0,
          attemptCount,
          nextAttemptAt,
        } = row as unknown as Delivery & {
          holder: string | null;
        };
        expect({
          status,
          attempts: attemptCount,
          before: attemptsBefore,
          holder,
          due: nextAttemptAt,
          trigger,
          bytes: 'body' in row,
        }).toEqual(model);
        // In nobody's hand and pending, or ended: never in between.
        expect(holder === null).toBe(status !== 'pending');
      }
    }),
    { numRuns: 120 },
  );
});

const minute = (n: number) => new Date(NOW.getTime() + n * 60_000);

test('a recovery is about exactly the deliveries that its words say, in whatever batches', async () => {
  const rows = fc.array(
    fc.record({
      status: fc.constantFrom<DeliveryStatus>('pending', 'delivered', 'failed', 'cancelled'),
      type: fc.constantFrom(...WEBHOOK_TYPES),
      at: fc.integer({ min: 0, max: 6 }),
    }),
    { maxLength: 25 },
  );
  const words = fc.record({
    ofStatus: fc.constantFrom(...RECOVERABLE),
    ofTypes: fc.uniqueArray(fc.constantFrom(...WEBHOOK_TYPES), { maxLength: 3 }),
    from: fc.integer({ min: 0, max: 6 }),
    to: fc.integer({ min: 0, max: 7 }),
  });
  await fc.assert(
    fc.asyncProperty(
      rows,
      words,
      fc.integer({ min: 1, max: 5 }),
      async (told, { ofStatus, ofTypes, from, to }, batch) => {
        const endpointId = newId();
        const made = told.map(({ at, ...more }) => deliveryOf({ endpointId, createdAt: minute(at), ...more }));
        const others = told.map(({ at, ...more }) => deliveryOf({ createdAt: minute(at), ...more }));
        await store.deliveries.insert([...made, ...others].map((delivery) => ({ delivery, holder: null })));
        const wanted = made.filter(
          ({ status, type, createdAt }) =>
            status === ofStatus &&
            (ofTypes.length === 0 || ofTypes.includes(type)) &&
            createdAt >= minute(from) &&
            createdAt < minute(to),
        );
        let recovery = recoveryOf(endpointId, { since: minute(from), until: minute(to), ofStatus, ofTypes });
        expect(await store.resends.count(endpointId, recovery)).toBe(wanted.length);
        const met: string[] = [];
        for (;;) {
          const found = await store.resends.candidates(recovery, batch);
          const last = found.at(-1);
          if (last === undefined) break;
          met.push(...found.map(({ _id }) => _id));
          await store.resends.recover(
            recovery,
            found.map(({ _id }) => _id),
            NOW,
          );
          recovery = { ...recovery, cursor: { createdAt: last.createdAt, id: last._id } };
        }
        expect(met.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
        const sent = await db.collection('deliveries').countDocuments({ recovery: recovery.id });
        expect(sent).toBe(wanted.length);
      },
    ),
    { numRuns: 60 },
  );
});
