import { refusal } from '../operation.ts';
import { CREATE_WEBHOOK } from './examples.ts';

/** Where the webhooks of a connector are. */
export const webhooks = '/api/v1/connectors/:connector_id/webhooks';

export const noWebhook = refusal('not_found', 'WEBHOOK_NOT_FOUND', 'Webhook 不存在', 'There is no such webhook.');

const { url, events } = CREATE_WEBHOOK;
/** A webhook as its creation answers it. */
export const created = {
  id: '019a0000-0000-7000-8000-000000000003',
  url,
  events,
  status: 'enabled',
  secret_hint: '***cret',
  created_at: '2026-03-14T10:30:00Z',
};
const filter = { 'data.sync_type': { in: ['products', 'orders'] }, not: { 'data.reason': 'shop_closed' } };
/** A webhook as it is read. */
export const endpoint = {
  ...created,
  disabled_reason: null,
  filter,
  headers: { authorization: '***', 'x-team': 'shops' },
  retry_schedule: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
  throttle: 20,
  payload: 'full',
  live_secrets: 1,
  breaker_open_until: null,
  failing_since: null,
};
