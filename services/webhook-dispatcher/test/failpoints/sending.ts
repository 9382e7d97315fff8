import { newId } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { deliveryId } from '../../src/domain/delivery.ts';
import { as } from '../stage.ts';
import { insist } from './doomed.ts';
import { callsOf, DAY_MS, FEW, forgive, HEALING, holding, IN_FLIGHT, type Scenario } from './scenario.ts';
import { did, sendTests, storeDeliveries, subscribed, tellOf, turn, type Subject } from './subject.ts';

/** More than a recovery takes at once. */
const TWO_BATCHES = 210;

/** Lets a partner give its late answers. */
const answering = new WeakMap<Subject, () => void>();

/** Deaths while deliveries are made, kept or made again. */
export const SENDING = {
  events: {
    prepare: subscribed,
    act: (world, subject) => tellOf(world, subject, FEW),
  },

  tests: {
    prepare: subscribed,
    act: (world, subject) => sendTests(world, subject, FEW),
  },

  'refused at first': {
    async prepare(world) {
      const subject = await subscribed(world);
      const met = new Set<string>();
      world.manners.set(subject.path, ({ webhookId }) => {
        if (met.has(webhookId)) return {};
        met.add(webhookId);
        return { status: 503 };
      });
      return subject;
    },
    act: (world, subject) => sendTests(world, subject, FEW),
  },

  /** Refused by answers that come when another process has made the calls again. */
  'refused late': {
    async prepare(world) {
      const subject = await subscribed(world);
      const met = new Set<string>();
      const { promise, resolve } = Promise.withResolvers<void>();
      answering.set(subject, resolve);
      world.manners.set(subject.path, ({ webhookId }) => {
        if (met.has(webhookId)) return {};
        met.add(webhookId);
        return { status: 500, until: promise };
      });
      return subject;
    },
    act: (world, subject) => sendTests(world, subject, IN_FLIGHT),
    async after({ theatre }, subject) {
      const { endpointId } = subject;
      const isMade = async () =>
        (await theatre.db.collection('deliveries').countDocuments({ endpointId, status: 'delivered' })) === IN_FLIGHT;
      await until(isMade, { ...HEALING, what: 'deliveries by another' });
      answering.get(subject)?.();
    },
  },

  'sent again': {
    async prepare(world) {
      const subject = await subscribed(world);
      await sendTests(world, subject, 1);
      const isDelivered = () =>
        world.theatre.db
          .collection('deliveries')
          .findOne({ endpointId: subject.endpointId, status: 'delivered', outbox: [] });
      await until(isDelivered, { ...HEALING, what: 'a delivery' });
      return subject;
    },
    async act({ api }, subject) {
      const { connectorId, endpointId, dues } = subject;
      const [eventId, due] = [...dues][0]!;
      const id = deliveryId(endpointId, eventId);
      const request = { connectorId, endpointId, id, idempotencyKey: newId() };
      await insist(() => api().deliveries.resendDelivery(request, as()));
      due.sends += 1;
      did(subject, 'webhook.resend');
    },
  },

  recovery: {
    async prepare(world) {
      const subject = await subscribed(world);
      await storeDeliveries(world, subject, { count: TWO_BATCHES, status: 'failed' });
      return subject;
    },
    async act({ api }, subject) {
      const { connectorId, endpointId } = subject;
      const request = {
        connectorId,
        endpointId,
        since: new Date(Date.now() - DAY_MS),
        until: undefined,
        status: 'failed',
        types: [],
        dryRun: false,
        idempotencyKey: newId(),
        bodyHash: '',
      };
      await insist(() => api().deliveries.startRecovery(request, as()));
      subject.recoveries += 1;
      did(subject, 'webhook.recover');
    },
  },

  /** Bytes older than thirty days, looked for at a start. */
  'too old': {
    prepare: holding,
    async act(world, subject) {
      await storeDeliveries(world, subject, {
        count: 5,
        status: 'pending',
        createdAt: new Date(Date.now() - 40 * DAY_MS),
      });
      for (const due of [...subject.dues.values()].slice(-5)) Object.assign(due, { ends: 'failed', sends: 0 });
      await world.theatre.db.collection('retention').deleteMany({});
      await world.service.end('SIGKILL');
    },
    after: (world, subject) => turn(world, subject, 'enabled'),
  },

  /** A process dies with calls under way: the next one finds its lease lapsed. */
  'dead holder': {
    prepare: subscribed,
    async act(world, subject) {
      const { promise: never } = Promise.withResolvers<void>();
      world.manners.set(subject.path, () => ({ until: never }));
      await sendTests(world, subject, FEW);
      await until(() => callsOf(world, subject).length >= FEW, { ...HEALING, what: 'calls under way' });
      forgive(world, subject);
      await world.service.end('SIGKILL');
    },
  },
} satisfies Record<string, Scenario>;
