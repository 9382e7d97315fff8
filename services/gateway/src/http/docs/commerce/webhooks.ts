import { fault, type Operation, refusal } from '../operation.ts';
import { ref } from '../shapes.ts';
import { noConnector } from './connectors.ts';
import { answer, envelope, page, pageOf } from './envelope.ts';
import { CREATE_WEBHOOK } from './examples.ts';

const tag = 'Webhooks';
const webhooks = '/api/v1/connectors/:connector_id/webhooks';

const noWebhook = refusal('not_found', 'WEBHOOK_NOT_FOUND', 'Webhook 不存在', 'There is no such webhook.');

const { url, events } = CREATE_WEBHOOK;
const created = {
  id: '019a0000-0000-7000-8000-000000000003',
  url,
  events,
  status: 'enabled',
  secret_hint: '***cret',
  created_at: '2026-03-14T10:30:00Z',
};
const endpoint = { ...created, disabled_reason: null };
const delivery = {
  id: '019a0000-0000-7000-8000-000000000004',
  event_id: '019a0000-0000-7000-8000-0000000000e1',
  event_type: 'sync.completed',
  status: 'delivered',
  attempt_count: 1,
  next_attempt_at: null,
  created_at: '2026-03-14T10:30:51Z',
};
const attempt = {
  number: 1,
  at: '2026-03-14T10:30:51Z',
  trigger: 'schedule',
  status_code: 200,
  response_body: 'ok',
  duration_ms: 12,
  blame: null,
  error: null,
};

export const webhookOperations: Record<string, Operation> = {
  [`POST ${webhooks}`]: {
    id: 'createWebhook',
    tag,
    summary: 'Have events sent to an address',
    description:
      'Events: `sync.completed`, `sync.failed`, `connector.disconnected`, `connector.error`. Without a `secret` we make one and show it once.',
    requests: { documented: CREATE_WEBHOOK, 'secret of ours': { url, events } },
    answer: {
      status: 201,
      description: 'It is enabled.',
      schema: envelope(ref('CreatedWebhook'), 201),
      examples: { created: answer(created, 'Webhook 创建成功', 201) },
      headers: ['cache-control'],
    },
    refusals: [
      noConnector,
      refusal('quota', 'WEBHOOK_LIMIT', '每个连接器最多 20 个 Webhook', 'The connector has twenty already.'),
      refusal(
        'conflict',
        'WEBHOOK_EXISTS',
        '相同地址和事件的 Webhook 已存在',
        'There is one of this address and events.',
      ),
      fault(
        'events',
        '不支持的事件 order.created，可选：connector.disconnected、connector.error、sync.completed、sync.failed',
        'An event is unknown.',
      ),
      fault('url', '不能指向内网、本机或保留地址', 'The address is private, or not one that may be called.'),
    ],
  },
  [`GET ${webhooks}`]: {
    id: 'listWebhooks',
    tag,
    summary: 'List the webhooks of a connector',
    answer: {
      status: 200,
      description: 'One page of webhooks.',
      schema: envelope(pageOf('Webhook')),
      examples: { one: answer(page([endpoint])) },
      headers: ['link'],
    },
    refusals: [noConnector],
  },
  [`GET ${webhooks}/:webhook_id`]: {
    id: 'getWebhook',
    tag,
    summary: 'Read a webhook',
    answer: {
      status: 200,
      description: 'The webhook.',
      schema: envelope(ref('Webhook')),
      examples: { one: answer(endpoint) },
    },
    refusals: [noWebhook],
  },
  [`DELETE ${webhooks}/:webhook_id`]: {
    id: 'deleteWebhook',
    tag,
    summary: 'Delete a webhook',
    description: 'What is still to be sent to it is cancelled.',
    answer: { status: 204, description: 'It is gone.' },
    refusals: [noWebhook],
  },
  [`GET ${webhooks}/:webhook_id/deliveries`]: {
    id: 'listDeliveries',
    tag,
    summary: 'List what was sent to a webhook',
    answer: {
      status: 200,
      description: 'One page of deliveries, newest first.',
      schema: envelope(pageOf('Delivery')),
      examples: { one: answer(page([delivery])) },
      headers: ['link'],
    },
    refusals: [noWebhook],
  },
  [`GET ${webhooks}/:webhook_id/deliveries/:delivery_id`]: {
    id: 'getDelivery',
    tag,
    summary: 'Read a delivery and its attempts',
    answer: {
      status: 200,
      description: 'The delivery with every attempt.',
      schema: envelope(ref('DeliveryDetail')),
      examples: { one: answer({ ...delivery, attempts: [attempt] }) },
    },
    refusals: [refusal('not_found', 'DELIVERY_NOT_FOUND', '投递记录不存在', 'There is no such delivery.')],
  },
};
