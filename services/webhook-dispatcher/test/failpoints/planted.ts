import { newId } from '@crossdock/kernel';
import type { Case } from './cases.ts';

interface Mistake extends Case {
  mistake: string;
}

const NEVER = new Date('2100-01-01');

/** What a dispatcher with a mistake would have left in its store when it died there. */
export const MISTAKES: Mistake[] = [
  {
    mistake: 'events are pulled before they are published',
    point: 'relay.claimed',
    scenario: 'tests',
    hits: 1,
    plant: ({ theatre }, { endpointId }) =>
      theatre.db.collection('deliveries').updateMany({ endpointId }, { $set: { outbox: [] } }),
  },
  {
    mistake: 'the notice of disabling is no part of the write that disables',
    point: 'dispatcher.endpoint.disabled',
    scenario: 'farewell',
    hits: 1,
    plant: ({ theatre }, { endpointId: _id }) =>
      theatre.db.collection<{ _id: string }>('endpoints').updateOne({ _id }, { $set: { outbox: [] } }),
  },
  {
    mistake: 'a recovery’s progress is stored before its deliveries',
    point: 'dispatcher.recovery.sent',
    scenario: 'recovery',
    hits: 1,
    plant: ({ theatre }, { endpointId }) =>
      theatre.db
        .collection('deliveries')
        .updateMany(
          { endpointId, status: 'pending' },
          { $set: { status: 'failed', holder: null, nextAttemptAt: null } },
        ),
  },
  {
    mistake: 'a delivery’s id is drawn instead of being made of endpoint and event',
    point: 'dispatcher.intake.stored',
    scenario: 'events',
    hits: 1,
    async plant({ theatre }, { endpointId }) {
      const rows = theatre.db.collection<{ _id: string; endpointId: string }>('deliveries');
      const row = await rows.findOne({ endpointId });
      await rows.insertOne({ ...row!, _id: newId() });
    },
  },
  {
    mistake: 'the lease of a dead holder never lapses',
    point: 'dispatcher.deliveries.claimed',
    scenario: 'tests',
    hits: 1,
    plant: ({ theatre }) => theatre.db.collection('workers').updateMany({}, { $set: { until: NEVER } }),
  },
];
