import { RECORDS } from '../src/http/docs/commerce/records.ts';
import { at, attempt, connector, delivery, endpoint, PAUSED, recovery, task } from './samples.ts';
import type { Script } from './start-gateway.ts';

const type = {
  platform: 'tmall',
  displayName: '天猫',
  iconUrl: '/icons/tmall.svg',
  supportedSyncTypes: ['products', 'orders', 'inventory', 'reviews'],
  authType: 'oauth2',
  minSyncIntervalMinutes: 5,
  configFields: [
    { name: 'app_key', required: true, sensitive: false },
    { name: 'app_secret', required: true, sensitive: true },
  ],
};

const shop = {
  id: 1,
  name: '测试店铺',
  domain: 'example.myshopify.com',
  status: 'active',
  createdAt: at('2023-01-01T00:00:00Z'),
  version: 1,
};

const admin = {
  id: 1,
  username: 'admin@example.com',
  name: 'Admin User',
  role: 'admin',
  tenant: 'demo',
  createdAt: undefined,
};

const record = (entity: string) => ({
  externalId: '9007199254740993',
  fieldsJson: JSON.stringify(RECORDS[entity as keyof typeof RECORDS].fields),
  sourceUpdatedAt: at('2026-03-14T09:00:00Z'),
  syncedAt: at('2026-03-14T10:30:06Z'),
  deletedAt: undefined,
});

const recordError = { externalId: '1', code: 'PRICE', field: '', message: '价格无效', at: at('2026-03-14T10:30:10Z') };

/** Every service as it answers when all is well, with what is optional there and absent in turn. */
export const samplePeers: Script = {
  login: () => ({ token: 'eyJ', expiresIn: 86_400, user: admin }),
  issueToken: () => ({ accessToken: 'eyJ', expiresIn: 3_600 }),
  listConnectors: () => ({
    items: [connector(), connector({ status: 'pending', shopName: '', statistics: undefined, nextSyncAt: undefined })],
    total: 2,
  }),
  createConnector: () => ({
    connector: connector({ status: 'pending' }),
    authUrl: 'https://oauth.taobao.com/authorize?state=s',
  }),
  listTypes: () => ({ types: [type] }),
  getConnector: () => ({ connector: connector({ ...PAUSED, statistics: undefined }) }),
  updateConnector: () => ({ connector: connector() }),
  pauseConnector: () => ({ connector: connector({ status: 'connected', ...PAUSED }) }),
  resumeConnector: () => ({ connector: connector({ status: 'connected' }) }),
  deleteConnector: () => ({}),
  checkHealth: () => ({
    status: 'unknown',
    authValid: false,
    apiReachable: false,
    rateLimitOk: true,
    lastError: undefined,
    authExpiresAt: undefined,
    checkedAt: undefined,
  }),
  authorize: () => ({ authUrl: 'https://oauth.taobao.com/authorize?state=t' }),
  startSync: ({ mode }) => ({ task: task({ status: 'queued', mode }), deduplicated: mode === 'full' }),
  listTasks: () => ({
    items: [
      task(),
      task({
        status: 'queued',
        progress: undefined,
        startedAt: undefined,
        completedAt: undefined,
        durationSeconds: undefined,
      }),
    ],
    total: 2,
  }),
  getTask: () => ({ task: task({ status: 'failed', reason: 'platform_unavailable' }) }),
  watchTask: async function* () {
    yield { task: task({ status: 'running', completedAt: undefined, durationSeconds: undefined }), version: 'v1' };
    yield { task: task(), version: 'v2' };
  },
  cancelTask: () => ({ task: task({ status: 'running', reason: 'cancelling', completedAt: undefined }) }),
  syncRecord: () => ({ task: task({ status: 'queued' }), deduplicated: false }),
  retryRecordErrors: () => ({ task: task({ status: 'queued', trigger: 'retry' }), deduplicated: false }),
  approveDeletions: () => ({ task: task({ status: 'queued', mode: 'full' }), deduplicated: true }),
  discardDeletions: () => ({
    task: task({
      reason: 'needs_review',
      expectedStartAt: new Date('2026-03-14T10:31:00Z'),
      review: { gone: 620, living: 1870, decision: 'discarded' },
    }),
  }),
  listRecordErrors: () => ({ items: [recordError], total: 1 }),
  listRecords: ({ entity }) => ({ items: [record(entity)], total: 1, nextCursor: 'eyJ' }),
  createEndpoint: ({ secret }) => ({
    endpoint: endpoint({ secret: secret === undefined ? 'whsec_made' : '', weakSecret: secret === undefined }),
  }),
  listEndpoints: () => ({
    items: [endpoint(), endpoint({ status: 'disabled', disabledReason: 'gone', filterJson: '{"type":"a"}' })],
    total: 2,
  }),
  getEndpoint: () => ({ endpoint: endpoint() }),
  updateEndpoint: () => ({ endpoint: endpoint({ status: 'paused', throttle: 2, headers: { authorization: '***' } }) }),
  rotateSecret: () => ({ endpoint: endpoint({ secret: 'whsec_made', liveSecrets: 2 }) }),
  verifyEndpoint: () => ({
    attempt: attempt({ statusCode: undefined, blame: 'network', error: 'ECONNREFUSED: refused', address: '' }),
  }),
  deleteEndpoint: () => ({}),
  listDeliveries: () => ({ items: [delivery(), delivery({ status: 'failed', reason: 'exhausted' })], total: 2 }),
  getDelivery: () => ({
    delivery: delivery(),
    attempts: [attempt({ statusCode: undefined, blame: 'receiver', error: 'TIMEOUT: no answer' }), attempt()],
  }),
  resendDelivery: () => ({ delivery: delivery({ status: 'pending', nextAttemptAt: at('2026-03-14T11:00:00Z') }) }),
  sendTest: () => ({ delivery: delivery({ status: 'pending', test: true }) }),
  startRecovery: ({ dryRun }) => ({ recovery: recovery({ dryRun, status: dryRun ? 'completed' : 'running' }) }),
  getRecovery: () => ({ recovery: recovery() }),
  cancelRecovery: () => ({
    recovery: recovery({ status: 'cancelled', completedAt: at('2026-03-14T11:00:20Z'), ofTypes: ['sync.failed'] }),
  }),
  listShops: () => ({ items: [shop], total: 1 }),
  createShop: () => ({ shop }),
};
