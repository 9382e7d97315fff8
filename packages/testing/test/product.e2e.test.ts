import { afterAll, beforeAll, describe } from '@jest/globals';
import { startWorld, type World } from '../src/e2e/world.ts';
import { atOnce } from './product/at-once.ts';
import { authorisation } from './product/authorisation.ts';
import { badInput } from './product/bad-input.ts';
import { badSyncInput } from './product/bad-sync-input.ts';
import { commerceDocument } from './product/commerce-document.ts';
import { commerceSyncs } from './product/commerce-syncs.ts';
import { heldDeletions } from './product/held-deletions.ts';
import { lifecycle } from './product/lifecycle.ts';
import { mainJob } from './product/main-job.ts';
import { otherDocuments } from './product/other-documents.ts';
import { permissions } from './product/permissions.ts';
import { platformFaults } from './product/platform-faults.ts';
import { recordErrors } from './product/record-errors.ts';
import { syncTypes } from './product/sync-types.ts';
import { taskStream } from './product/task-stream.ts';

/** One running product for every group: each works on connectors of its own. */
let world: World;
beforeAll(async () => void (world = await startWorld()), 120_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 120_000);

describe('the main job', () => mainJob(() => world));
describe('every kind of record', () => syncTypes(() => world));
describe('the life of a connector', () => lifecycle(() => world));
describe('its authorisation', () => authorisation(() => world));
describe('deletions held back', () => heldDeletions(() => world));
describe('single records', () => recordErrors(() => world));
describe('a platform that fails', () => platformFaults(() => world));
describe('a task as a stream', () => taskStream(() => world));
describe('many at once', () => atOnce(() => world));
describe('who may', () => permissions(() => world));
describe('the commerce document', () => commerceDocument(() => world));
describe('the commerce document on syncs', () => commerceSyncs(() => world));
describe('the other documents', () => otherDocuments(() => world));
describe('bad input', () => badInput(() => world));
describe('bad input about syncs', () => badSyncInput(() => world));
