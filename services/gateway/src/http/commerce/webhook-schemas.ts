import Type from 'typebox';
import { idParam, textField, timeField } from '../fields.ts';
import { webhookParams } from './schemas.ts';
import { webhookOptions } from './webhook-options.ts';

const closed = { additionalProperties: false };

const events = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { description, maxItems: 20 });

export const updateWebhook = Type.Object(
  {
    url: Type.Optional(Type.String({ description: 'Where to POST.', minLength: 1, maxLength: 2_000 })),
    events: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 20 })),
    status: Type.Optional(
      Type.Enum(['enabled', 'paused'], {
        description: '`enabled` sends what was held; it forgets what was counted against the webhook.',
      }),
    ),
    ...webhookOptions,
  },
  closed,
);

export const rotateSecret = Type.Object(
  {
    secret: Type.Optional(textField()),
    overlap_seconds: Type.Integer({
      description: 'How long the secret of now goes on signing beside the new one; 0 ends every older one at once.',
      minimum: 0,
      maximum: 604_800,
      default: 86_400,
    }),
  },
  closed,
);

export const testWebhook = Type.Object(
  {
    event_type: Type.Optional(
      Type.String({ description: 'The first of the webhook’s own when absent.', minLength: 1, maxLength: 200 }),
    ),
  },
  closed,
);

export const recoverWebhook = Type.Object(
  {
    since: timeField('Deliveries made at this time or later.'),
    until: Type.Optional(timeField('Made before this time; now when absent.')),
    status: Type.Enum(['failed', 'delivered', 'pending'], { description: 'Only these.', default: 'failed' }),
    events: Type.Optional(events('Only these events; all when absent.')),
    dry_run: Type.Boolean({ description: 'Count, and send nothing.', default: false }),
  },
  closed,
);

export const recoveryParams = Type.Object({
  ...webhookParams.properties,
  task_id: idParam('The recovery.', '019a0000-0000-7000-8000-000000000005'),
});
