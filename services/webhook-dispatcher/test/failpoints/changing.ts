import { until } from '@crossdock/testing';
import { changed } from '../stage.ts';
import { callsOf, FEW, forgive, HEALING, holding, MANY, refusing, rowOf, type Scenario } from './scenario.ts';
import { create, did, gone, newSubject, remove, sendTests, subscribed, turn } from './subject.ts';

/** Deaths while an endpoint changes, by people or by how it answers. */
export const CHANGING = {
  /** A partner that wants no more; enabled again once that is settled. */
  farewell: {
    async prepare(world) {
      const subject = await subscribed(world);
      world.manners.set(subject.path, () => ({ status: 410 }));
      return subject;
    },
    act: (world, subject) => sendTests(world, subject, 1),
    async after(world, subject) {
      const settled = () =>
        world.theatre.db
          .collection('deliveries')
          .findOne({ endpointId: subject.endpointId, attemptCount: 1, holder: '' });
      await until(settled, { ...HEALING, what: 'a settled delivery' });
      await until(async () => (await rowOf(world, subject))?.status === 'disabled', HEALING);
      subject.notices += 1;
      subject.status = 'disabled';
      did(subject, 'webhook.disable');
      forgive(world, subject);
      await turn(world, subject, 'enabled');
    },
  },

  'too many refused': {
    prepare: refusing,
    act: (world, subject) => sendTests(world, subject, MANY),
    async after(world, subject) {
      const opened = async () => (await rowOf(world, subject))?.breaker;
      await until(opened, { ...HEALING, what: 'an open breaker' });
      forgive(world, subject);
    },
  },

  /** Rests after failures, its time for a probe has come. */
  probe: {
    async prepare(world) {
      const subject = await subscribed(world);
      const breaker = { until: new Date(Date.now() - 1_000), trips: 1 };
      await world.theatre.db
        .collection<{ _id: string }>('endpoints')
        .updateOne({ _id: subject.endpointId }, { $set: { breaker } });
      return subject;
    },
    act: (world, subject) => sendTests(world, subject, FEW),
  },

  /** Paused while what was refused waits for its next try. */
  'paused amid retries': {
    prepare: refusing,
    async act(world, subject) {
      await sendTests(world, subject, FEW);
      await until(() => callsOf(world, subject).length >= FEW, { ...HEALING, what: 'calls' });
      await turn(world, subject, 'paused');
    },
    async after(world, subject) {
      forgive(world, subject);
      await turn(world, subject, 'enabled');
    },
  },

  resume: {
    prepare: holding,
    act: (world, subject) => turn(world, subject, 'enabled'),
  },

  delete: { prepare: holding, act: remove },

  'connector deleted': {
    prepare: holding,
    async act({ theatre }, subject) {
      gone(subject);
      await theatre.bus.publish([changed(subject.connectorId, 2, true)]);
    },
  },

  create: {
    prepare: async (world) => newSubject(world),
    act: create,
    after: (world, subject) => sendTests(world, subject, 1),
  },
} satisfies Record<string, Scenario>;
