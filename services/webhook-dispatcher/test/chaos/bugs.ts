import { newId } from '@crossdock/kernel';
import type { DeliveryRow } from '../../src/store/delivery-row.ts';
import { fromRow } from '../../src/store/delivery-row.ts';
import type { Bug } from './planted.ts';
import type { Verdict } from './verdict.ts';

/** Mistakes one could make, and in what the verdict must show each. */
export const BUGS: { mistake: string; shows: keyof Verdict; bug: Bug }[] = [
  {
    mistake: 'the offset is committed before the deliveries are stored',
    shows: 'lost',
    bug: () => ({ commitsFirst: true }),
  },
  {
    mistake: 'a claim takes what another worker has in hand',
    shows: 'repeated',
    bug({ db, deliveries }) {
      const rows = db.collection<DeliveryRow>('deliveries');
      return {
        deliveries: {
          ...deliveries,
          due: (from, to) =>
            rows
              .find({ status: 'pending', nextAttemptAt: { $lte: to } })
              .map(({ _id, endpointId }) => ({ id: _id, endpointId, nextAttemptAt: from })),
          async claim(ids, holder) {
            await rows.updateMany({ _id: { $in: ids }, status: 'pending' }, { $set: { holder } });
            return (await rows.find({ _id: { $in: ids } }).toArray()).map(fromRow);
          },
        },
      };
    },
  },
  {
    mistake: 'a delivery counts as delivered before its answer came',
    shows: 'lost',
    bug: ({ call }) => ({
      async call(endpoint, message) {
        const made = await call(endpoint, message);
        return {
          result: { ...made.result, statusCode: 200, blame: '', error: '' },
          outcome: { ...made.outcome, statusCode: 200 },
        };
      },
    }),
  },
  {
    mistake: 'an attempt takes a number that was used',
    shows: 'misnumbered',
    bug: ({ db, attempts, deliveries }) => ({
      attempts: {
        ...attempts,
        async insert(made) {
          const rows = made.map((attempt) => ({ ...attempt, _id: newId() }));
          await db.collection<(typeof rows)[number]>('attempts').insertMany(rows);
          return [];
        },
        find: async () => new Map(),
      },
      deliveries: {
        ...deliveries,
        settle: (settlements) => deliveries.settle(settlements.map((each) => ({ ...each, attemptCount: 0 }))),
      },
    }),
  },
  {
    mistake: 'attempts are told and not stored',
    shows: 'misnumbered',
    bug: ({ attempts }) => ({ attempts: { ...attempts, insert: async () => [] } }),
  },
  {
    mistake: 'a failed delivery stays in the hand of who tried it',
    shows: 'stranded',
    bug: ({ deliveries }) => ({
      deliveries: {
        ...deliveries,
        async settle(settlements) {
          const ended = settlements.filter(({ verdict }) => verdict.status !== 'pending');
          if (ended.length > 0) await deliveries.settle(ended);
        },
      },
    }),
  },
  {
    mistake: 'a retry has other bytes',
    shows: 'changed',
    bug({ call }) {
      let calls = 0;
      return { call: (to, message) => call(to, { ...message, body: message.body.replace('}', `,"n":${calls++}}`) }) };
    },
  },
  {
    mistake: 'each attempt has a webhook id of its own',
    shows: 'unasked',
    bug: ({ call }) => ({ call: (to, message) => call(to, { ...message, id: newId() }) }),
  },
  {
    mistake: 'a call is signed for another address than it goes to',
    shows: 'unsigned',
    bug: ({ call }) => ({ call: (to, message) => call({ ...to, target: `${to.target}?other` }, message) }),
  },
];
