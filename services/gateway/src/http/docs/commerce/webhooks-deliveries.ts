import { fault, type Operation, refusal } from '../operation.ts';
import { ref } from '../shapes.ts';
import { answer, envelope, page, pageOf } from './envelope.ts';
import { noWebhook, webhooks } from './webhooks-shared.ts';

const tag = 'Webhooks';
const one = `${webhooks}/:webhook_id`;
const deliveries = `${one}/deliveries`;

const delivery = {
  id: '019a0000-0000-7000-8000-000000000004',
  event_id: '019a0000-0000-7000-8000-0000000000e1',
  event_type: 'sync.completed',
  status: 'delivered',
  attempt_count: 1,
  next_attempt_at: null,
  reason: null,
  test: false,
  created_at: '2026-03-14T10:30:51Z',
};
const again = { ...delivery, status: 'pending', next_attempt_at: '2026-03-14T11:00:00Z' };

export const call = {
  at: '2026-03-14T10:30:51Z',
  status_code: 200,
  response_body: 'ok',
  duration_ms: 12,
  timeline: { dns_ms: 1.2, connect_ms: 3.1, tls_ms: 4.4, first_byte_ms: 11.8, total_ms: 12.1 },
  address: '203.0.113.7',
  request_headers: { authorization: '***', 'content-type': 'application/json', 'webhook-timestamp': '1773484251' },
  blame: null,
  error: null,
};
const attempt = { number: 1, trigger: 'schedule', ...call, next_attempt_at: null };

const started = { task_id: '019a0000-0000-7000-8000-000000000005', count: 12, status: 'running', dry_run: false };
const recovery = {
  ...started,
  processed: 8,
  resent: 7,
  skipped: 1,
  since: '2026-03-13T00:00:00Z',
  until: '2026-03-14T11:00:00Z',
  of_status: 'failed',
  events: ['sync.completed'],
  created_at: '2026-03-14T11:00:00Z',
  completed_at: null,
};

const noDelivery = refusal('not_found', 'DELIVERY_NOT_FOUND', '投递记录不存在', 'There is no such delivery.');
const noRecovery = refusal('not_found', 'RECOVERY_NOT_FOUND', '重新投递任务不存在', 'There is no such recovery.');

const progress = (examples: Record<string, unknown>) => ({
  status: 200 as const,
  description: 'How far it is.',
  schema: envelope(ref('Recovery')),
  examples,
});

/** What was sent, and what is sent again. */
export const deliveryOperations: Record<string, Operation> = {
  [`POST ${one}/test`]: {
    id: 'testWebhook',
    tag,
    summary: 'Send an example',
    description: 'A delivery like any other, with `test: true` and the header `X-Nolux-Test: true`.',
    requests: { 'one event': { event_type: 'sync.completed' } },
    answer: {
      status: 202,
      description: 'It is on its way.',
      schema: envelope(ref('Delivery'), 202),
      examples: {
        sent: answer({ ...again, attempt_count: 0, test: true }, '测试事件已提交', 202),
      },
    },
    refusals: [
      noWebhook,
      fault(
        'event_type',
        '只能是 connector.disconnected、connector.error、sync.completed、sync.failed',
        'There is no such event.',
      ),
    ],
  },
  [`GET ${deliveries}`]: {
    id: 'listDeliveries',
    tag,
    summary: 'List what was sent to a webhook',
    description: 'For 90 days; the bodies are kept for 30.',
    answer: {
      status: 200,
      description: 'One page of deliveries, newest first.',
      schema: envelope(pageOf('Delivery')),
      examples: { one: answer(page([delivery])) },
      headers: ['link'],
    },
    refusals: [noWebhook],
  },
  [`GET ${deliveries}/:delivery_id`]: {
    id: 'getDelivery',
    tag,
    summary: 'Read a delivery and its attempts',
    answer: {
      status: 200,
      description: 'The delivery with every attempt.',
      schema: envelope(ref('DeliveryDetail')),
      examples: { one: answer({ ...delivery, attempts: [attempt] }) },
    },
    refusals: [noDelivery],
  },
  [`POST ${deliveries}/:delivery_id/resend`]: {
    id: 'resendDelivery',
    tag,
    summary: 'Send a delivery once more',
    description:
      'The same id and bytes, at once and then by the schedule from its beginning; also what was delivered. While the webhook is paused or disabled it waits.',
    answer: {
      status: 202,
      description: 'It is on its way.',
      schema: envelope(ref('Delivery'), 202),
      examples: { again: answer(again, '重新发送已提交', 202) },
    },
    refusals: [
      noDelivery,
      refusal('conflict', 'DELIVERY_CANCELLED', '投递已取消，不能重新发送', 'It was cancelled.'),
      refusal(
        'conflict',
        'PAYLOAD_EXPIRED',
        '投递内容已过保留期，不能重新发送',
        'Its body is older than 30 days and not kept any more.',
      ),
      refusal('conflict', 'PAYLOAD_TOO_LARGE', '投递内容超过 256 KiB，不能发送', 'Its body was never sent.'),
    ],
  },
  [`POST ${one}/recover`]: {
    id: 'recoverDeliveries',
    tag,
    summary: 'Send the deliveries of a time once more',
    description:
      'Those that fit are counted at once and sent again batch by batch; one recovery of a webhook at a time.',
    requests: {
      'what failed': { since: '2026-03-13T00:00:00Z' },
      'only count': { since: '2026-03-13T00:00:00Z', events: ['sync.completed'], dry_run: true },
    },
    answer: {
      status: 202,
      description: 'It runs, or has counted.',
      schema: envelope(ref('StartedRecovery'), 202),
      examples: { started: answer(started, '重新投递任务已提交', 202) },
    },
    refusals: [
      noWebhook,
      refusal('conflict', 'RECOVERY_RUNNING', '该 Webhook 已有正在进行的重新投递任务', 'One is running.'),
      fault('until', '必须晚于 since', 'The times are no range.'),
    ],
  },
  [`GET ${one}/recover/:task_id`]: {
    id: 'getRecovery',
    tag,
    summary: 'Read how far a recovery is',
    answer: progress({ running: answer(recovery) }),
    refusals: [noRecovery],
  },
  [`POST ${one}/recover/:task_id/cancel`]: {
    id: 'cancelRecovery',
    tag,
    summary: 'Cancel a recovery',
    description: 'What it has sent again stays so; one that ended stays as it is.',
    answer: progress({
      cancelled: answer({ ...recovery, status: 'cancelled', completed_at: '2026-03-14T11:00:20Z' }),
    }),
    refusals: [noRecovery],
  },
};
