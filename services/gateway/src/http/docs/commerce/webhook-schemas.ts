import Type from 'typebox';
import { choice, count, orNull, text, time } from '../shapes.ts';

const events = () => Type.Array(choice(['sync.completed', 'sync.failed', 'connector.disconnected', 'connector.error']));
const status = () => choice(['enabled', 'paused', 'disabled']);
const hint = () => text({ description: 'The end of a long secret, `***` of a short one.' });

const delivery = {
  id: text(),
  event_id: text({ description: 'The `webhook-id` it is sent with.' }),
  event_type: text(),
  status: choice(['pending', 'delivered', 'failed', 'cancelled'], {
    description: '`pending` also between two attempts; `cancelled` when endpoint or connector were deleted.',
  }),
  attempt_count: count(),
  next_attempt_at: orNull(time()),
  created_at: time(),
};

export const webhookSchemas = {
  CreatedWebhook: Type.Object({
    id: text(),
    url: text({ format: 'uri' }),
    events: events(),
    status: status(),
    secret_hint: hint(),
    secret: Type.Optional(text({ description: 'Only when we made it, and never again.' })),
    created_at: time(),
  }),
  Webhook: Type.Object({
    id: text(),
    url: text({ format: 'uri' }),
    events: events(),
    status: status(),
    disabled_reason: orNull(text({ description: '`gone`: the receiver answered 410.' })),
    secret_hint: hint(),
    created_at: time(),
  }),
  Delivery: Type.Object(delivery),
  DeliveryDetail: Type.Object({
    ...delivery,
    attempts: Type.Array(
      Type.Object({
        number: count(),
        at: time(),
        trigger: choice(['schedule', 'resend', 'recover']),
        status_code: orNull(Type.Integer({ description: 'Null when no answer came.' })),
        response_body: text({ description: 'Its beginning.' }),
        duration_ms: Type.Number(),
        blame: orNull(
          choice(['ours', 'dns', 'tls', 'network', 'receiver', 'policy'], { description: 'Whose fault it was.' }),
        ),
        error: orNull(text()),
      }),
    ),
  }),
};
