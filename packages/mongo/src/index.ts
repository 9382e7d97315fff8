export { connectMongo, type Mongo } from './connection.ts';
export { counters, type Counters } from './counters.ts';
export { duplicateIndex, isDuplicateKey } from './duplicate-key.ts';
export { leaseStore, type Lease, type LeaseStore } from './leases.ts';
export { migrations, type Migration } from './migrations.ts';
export { outbox, type WithOutbox } from './outbox.ts';
export { createRelay, type Relay } from './relay.ts';
export { markSeen, unseen } from './seen.ts';
