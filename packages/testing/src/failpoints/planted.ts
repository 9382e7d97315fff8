import type { Case } from './cases.ts';
import { ofConnector } from './facts.ts';

interface Mistake extends Case {
  mistake: string;
}

const PAST = new Date(0);
const gone = { status: 'running', claimId: 'gone', claimedAt: PAST, leaseUntil: PAST, completedAt: null };

/** What a service with a mistake would have left in its stores when it died there. */
export const MISTAKES: Mistake[] = [
  {
    mistake: 'events are pulled before they are published',
    service: 'connector-registry',
    point: 'relay.claimed',
    scenario: 'create',
    hits: 1,
    plant: ({ database }) =>
      database('connector-registry')
        .collection('connectors')
        .updateMany({}, { $set: { outbox: [] } }),
  },
  {
    mistake: 'a task is told as ended before it is marked as ended',
    service: 'sync-orchestrator',
    point: 'sync.ended',
    scenario: 'first full sync',
    hits: 1,
    plant: ({ database }, { connectorId }) =>
      database('sync-orchestrator').collection('sync_tasks').updateMany({ connectorId }, { $set: gone }),
  },
  {
    mistake: 'a page is checkpointed before its rows are written',
    service: 'sync-orchestrator',
    point: 'sync.checkpointed',
    scenario: 'first full sync',
    hits: 1,
    plant: ({ database }, { connectorId }) =>
      database('sync-orchestrator').collection<{ _id: string }>('products').deleteMany(ofConnector(connectorId)),
  },
];
