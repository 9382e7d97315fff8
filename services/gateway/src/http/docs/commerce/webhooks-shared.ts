import { refusal } from '../operation.ts';

/** Where the webhooks of a connector are. */
export const webhooks = '/api/v1/connectors/:connector_id/webhooks';

export const noWebhook = refusal('not_found', 'WEBHOOK_NOT_FOUND', 'Webhook 不存在', 'There is no such webhook.');
