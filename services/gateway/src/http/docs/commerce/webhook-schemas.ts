import Type from 'typebox';
import { choice, count, orNull, text, time } from '../shapes.ts';

const TYPES = ['sync.completed', 'sync.failed', 'connector.disconnected', 'connector.error'];
const events = () => Type.Array(choice(TYPES));
const status = () => choice(['enabled', 'paused', 'disabled']);
const hint = () => text({ description: 'The end of a long secret, `***` of a short one.' });
const weak = () =>
  Type.Optional(Type.Literal(true, { description: 'The secret has fewer than 16 bytes: take a longer one.' }));
const secret = () => Type.Optional(text({ description: 'Only when we made it, and never again.' }));
const texts = (description: string) => Type.Record(Type.String(), Type.String(), { description });

const webhook = {
  id: text(),
  url: text({ format: 'uri' }),
  events: events(),
  status: status(),
  disabled_reason: orNull(
    text({
      description:
        '`gone`: the receiver answered 410; `receiver_asked`: with the header `webhook-delivery: disable`; `failing`: nothing succeeded for 120 hours.',
    }),
  ),
  secret_hint: hint(),
  weak_secret: weak(),
  filter: orNull(Type.Unsafe({ type: 'object' })),
  headers: texts('Sent with each call; secrets as `***`.'),
  retry_schedule: Type.Array(Type.Integer(), { description: 'Seconds to wait after each failure.' }),
  throttle: orNull(Type.Number({ description: 'Calls a second.' })),
  payload: choice(['full', 'thin']),
  live_secrets: count({ description: 'The newest and those that a rotation keeps for a while.' }),
  breaker_open_until: orNull(
    time({ description: 'So many calls failed that there is none before this time, and then one to try.' }),
  ),
  failing_since: orNull(time({ description: 'Since when no call succeeded, once that is a minute.' })),
  created_at: time(),
};

const delivery = {
  id: text(),
  event_id: text({ description: 'The `webhook-id` it is sent with.' }),
  event_type: text(),
  status: choice(['pending', 'delivered', 'failed', 'cancelled'], {
    description:
      '`pending` also between two attempts and while the webhook is paused or disabled; `cancelled` when endpoint or connector were deleted.',
  }),
  attempt_count: count(),
  next_attempt_at: orNull(time()),
  reason: orNull(
    choice(['exhausted', 'aborted', 'payload_too_large', 'payload_expired'], {
      description:
        'Why it failed: after the last attempt, because the receiver answered `webhook-delivery: abort-message`, because its body is over 256 KiB, or because the body was kept for 30 days in vain.',
    }),
  ),
  test: Type.Boolean({ description: 'Made by `…/test`; sent with the header `X-Nolux-Test: true`.' }),
  created_at: time(),
};

const step = () => orNull(Type.Number());

const call = {
  at: time(),
  status_code: orNull(Type.Integer({ description: 'Null when no answer came.' })),
  response_body: text({ description: 'Its first 16 KiB.' }),
  duration_ms: Type.Number(),
  timeline: Type.Object(
    { dns_ms: step(), connect_ms: step(), tls_ms: step(), first_byte_ms: step(), total_ms: Type.Number() },
    { description: 'Null where a step did not happen: a connection that was open needs none of the first three.' },
  ),
  address: orNull(text({ description: 'The one that was connected to.' })),
  request_headers: texts('As they were sent; secrets as `***`.'),
  blame: orNull(
    choice(['ours', 'dns', 'tls', 'network', 'receiver', 'policy'], { description: 'Whose fault it was.' }),
  ),
  error: orNull(text()),
};

const recovery = {
  task_id: text(),
  count: count({ description: 'Deliveries that fit when it was asked for.' }),
  status: choice(['running', 'completed', 'cancelled']),
  dry_run: Type.Boolean(),
};

export const webhookSchemas = {
  CreatedWebhook: Type.Object({
    id: text(),
    url: text({ format: 'uri' }),
    events: events(),
    status: status(),
    secret_hint: hint(),
    secret: secret(),
    weak_secret: weak(),
    created_at: time(),
  }),
  Webhook: Type.Object(webhook),
  RotatedWebhook: Type.Object({ ...webhook, secret: secret() }),
  Verification: Type.Object({ ok: Type.Boolean({ description: 'It answered with a 2xx.' }), ...call }),
  EventType: Type.Object({
    type: choice(TYPES),
    description: text(),
    schema: Type.Unsafe({ type: 'object', description: 'JSON Schema of the body.' }),
    example: Type.Unsafe({ type: 'object', description: 'A body as it may come.' }),
  }),
  Delivery: Type.Object(delivery),
  DeliveryDetail: Type.Object({
    ...delivery,
    attempts: Type.Array(
      Type.Object({
        number: count(),
        trigger: choice(['schedule', 'resend', 'recover']),
        ...call,
        next_attempt_at: orNull(time({ description: 'What the attempt made of it.' })),
      }),
    ),
  }),
  StartedRecovery: Type.Object(recovery),
  Recovery: Type.Object({
    ...recovery,
    processed: count({ description: 'Looked at so far.' }),
    resent: count(),
    skipped: count({ description: 'Without a body any more, or being sent at that moment.' }),
    since: time(),
    until: time(),
    of_status: choice(['failed', 'delivered', 'pending']),
    events: Type.Array(text(), { description: 'All when empty.' }),
    created_at: time(),
    completed_at: orNull(time()),
  }),
};
