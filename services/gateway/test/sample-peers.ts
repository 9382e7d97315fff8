import { RECORDS } from '../src/http/docs/commerce/records.ts';
import { at, connector, CONNECTOR_ID, PAUSED, task, TASK_ID, WEBHOOK_ID } from './samples.ts';
import type { Script } from './start-gateway.ts';

const endpoint = {
  id: WEBHOOK_ID,
  connectorId: CONNECTOR_ID,
  url: 'https://your-system.com/webhook/nolux',
  events: ['sync.completed', 'sync.failed'],
  status: 'enabled',
  disabledReason: '',
  secretHint: '***cret',
  secret: '',
  createdAt: at('2026-03-14T10:30:00Z'),
};

const delivery = {
  id: TASK_ID,
  eventId: 'e1',
  eventType: 'sync.completed',
  status: 'delivered',
  attemptCount: 1,
  nextAttemptAt: undefined,
  createdAt: at('2026-03-14T10:30:51Z'),
};

const attempt = {
  number: 1,
  at: at('2026-03-14T10:30:51Z'),
  trigger: 'schedule',
  statusCode: undefined,
  responseBody: '',
  durationMs: 15_000,
  blame: 'receiver',
  error: 'TIMEOUT: no answer',
};

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
  createEndpoint: ({ secret }) => ({ endpoint: { ...endpoint, secret: secret === undefined ? 'whsec_made' : '' } }),
  listEndpoints: () => ({ items: [endpoint, { ...endpoint, status: 'disabled', disabledReason: 'gone' }], total: 2 }),
  getEndpoint: () => ({ endpoint }),
  deleteEndpoint: () => ({}),
  listDeliveries: () => ({ items: [delivery], total: 1 }),
  getDelivery: () => ({ delivery, attempts: [attempt, { ...attempt, statusCode: 200, blame: '', error: '' }] }),
  listShops: () => ({ items: [shop], total: 1 }),
  createShop: () => ({ shop }),
};
