import Type from 'typebox';
import { fault, type Operation, refusal } from '../operation.ts';
import { ref } from '../shapes.ts';
import { noConnector } from './connectors.ts';
import { answer, envelope, page, pageOf } from './envelope.ts';
import { CREATE_WEBHOOK } from './examples.ts';
import { call, deliveryOperations } from './webhooks-deliveries.ts';
import { created, endpoint, noWebhook, webhooks } from './webhooks-shared.ts';

const tag = 'Webhooks';
const one = `${webhooks}/:webhook_id`;

const { url, events, filter } = endpoint;

const taken = refusal(
  'conflict',
  'WEBHOOK_EXISTS',
  '相同地址和事件的 Webhook 已存在',
  'There is one of this address and events.',
);
const stale = refusal('stale', 'REVISION', 'Webhook 已被他人修改，请刷新后重试', 'Somebody changed it meanwhile.');
const privateUrl = fault(
  'url',
  '不能指向内网、本机或保留地址',
  'The address is private, or not one that may be called.',
);
const badOperator = fault(
  'filter.data.status.like',
  '未知运算符，可选：eq、ne、gt、gte、lt、lte、in、nin、exists、starts_with、ends_with、contains',
  'The filter cannot be read.',
);

const changed = (examples: Record<string, unknown>) => ({
  status: 200 as const,
  description: 'The webhook as it is now.',
  schema: envelope(ref('Webhook')),
  examples,
  headers: ['etag' as const],
});

export const webhookOperations: Record<string, Operation> = {
  'GET /api/v1/webhooks/event-types': {
    id: 'listEventTypes',
    tag,
    summary: 'List the events there are',
    answer: {
      status: 200,
      description: 'Each with the JSON Schema of its body and an example.',
      schema: envelope(Type.Object({ items: Type.Array(ref('EventType')) })),
    },
  },
  [`POST ${webhooks}`]: {
    id: 'createWebhook',
    tag,
    summary: 'Have events sent to an address',
    description:
      'Events: `sync.completed`, `sync.failed`, `connector.disconnected`, `connector.error`. Without a `secret` we make one and show it once.',
    requests: {
      documented: CREATE_WEBHOOK,
      'secret of ours': { url, events },
      'with options': { url, events, filter, headers: { 'X-Team': 'shops' }, retry_schedule: [10, 60], throttle: 20 },
    },
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
      taken,
      fault(
        'events',
        '不支持的事件 order.created，可选：connector.disconnected、connector.error、sync.completed、sync.failed',
        'An event is unknown.',
      ),
      privateUrl,
      badOperator,
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
  [`GET ${one}`]: {
    id: 'getWebhook',
    tag,
    summary: 'Read a webhook',
    answer: {
      status: 200,
      description: 'The webhook.',
      schema: envelope(ref('Webhook')),
      examples: { one: answer(endpoint) },
      headers: ['etag'],
    },
    refusals: [noWebhook],
  },
  [`PATCH ${one}`]: {
    id: 'updateWebhook',
    tag,
    summary: 'Change a webhook',
    description:
      'Only the fields that are given; null takes an option away. What is on its way keeps its body and gets the new address. `status: enabled` sends what was held.',
    requests: {
      address: { url, events },
      options: { filter, throttle: null, payload: 'thin' },
      pause: { status: 'paused' },
    },
    ifMatch: true,
    answer: changed({ one: answer(endpoint) }),
    refusals: [
      noWebhook,
      stale,
      taken,
      privateUrl,
      badOperator,
      fault('headers.authorization', '更换地址时请重新填写该请求头', 'A secret header would go to another address.'),
    ],
  },
  [`DELETE ${one}`]: {
    id: 'deleteWebhook',
    tag,
    summary: 'Delete a webhook',
    description: 'What is still to be sent to it is cancelled.',
    ifMatch: true,
    answer: { status: 204, description: 'It is gone.' },
    refusals: [noWebhook, stale],
  },
  [`POST ${one}/pause`]: {
    id: 'pauseWebhook',
    tag,
    summary: 'Hold what is sent to a webhook',
    description: 'Deliveries are stored and wait.',
    answer: changed({ paused: answer({ ...endpoint, status: 'paused' }) }),
    refusals: [noWebhook],
  },
  [`POST ${one}/resume`]: {
    id: 'resumeWebhook',
    tag,
    summary: 'Send again, and all that waited',
    description: 'For a paused webhook, and for one that was disabled.',
    answer: changed({ enabled: answer(endpoint) }),
    refusals: [noWebhook],
  },
  [`POST ${one}/rotate-secret`]: {
    id: 'rotateWebhookSecret',
    tag,
    summary: 'Give a webhook a new secret',
    description:
      '`X-Nolux-Signature` is the new one’s at once; `webhook-signature` carries one signature of each secret that lives, so a receiver may change over at any moment of the overlap.',
    requests: { 'own secret': { secret: 'your_next_webhook_secret', overlap_seconds: 3_600 } },
    answer: {
      status: 200,
      description: 'The webhook, and its new secret when we made it.',
      schema: envelope(ref('RotatedWebhook')),
      examples: { made: answer({ ...endpoint, live_secrets: 2, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }) },
      headers: ['cache-control'],
    },
    refusals: [
      noWebhook,
      refusal('conflict', 'SECRET_LIMIT', '同时有效的密钥最多 5 个，请等待旧密钥失效', 'Five secrets live already.'),
      fault('secret', '新密钥不能与仍有效的密钥相同', 'It lives already.'),
    ],
  },
  [`POST ${one}/verify`]: {
    id: 'verifyWebhook',
    tag,
    summary: 'Call a webhook now',
    description:
      'A signed `webhook.ping` with a `challenge`, whatever the state of the webhook; nothing is stored and nothing counts against it.',
    answer: {
      status: 200,
      description: 'What came of the call, after 15 s at most.',
      schema: envelope(ref('Verification')),
      examples: { answered: answer({ ok: true, ...call }) },
    },
    refusals: [noWebhook],
  },
  ...deliveryOperations,
};
