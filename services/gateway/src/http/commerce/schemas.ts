import Type from 'typebox';
import { idParam, nameField, paging, searchField, textField, timeField } from '../fields.ts';
import { webhookOptions } from './webhook-options.ts';

const closed = { additionalProperties: false };

const configText = {
  title: '平台配置',
  description: 'What the platform asks for: see `GET /api/v1/connectors/types`.',
  maxProperties: 20,
};
const configField = () => Type.Record(Type.String(), textField(), configText);
/** Only the registry knows the platform's minimum: it refuses what is too short, and names it. */
const intervalField = () =>
  Type.Integer({ title: '同步间隔', description: 'Minutes; a platform has a minimum of its own.', maximum: 43_200 });

/** As a GET shows it: the interval stands in it too. */
const shownConfigField = () =>
  Type.Object(
    { sync_interval_minutes: Type.Optional(intervalField()) },
    { ...configText, additionalProperties: textField() },
  );

const PLATFORMS = ['tmall', 'taobao', 'douyin', 'jd', 'pdd', 'shopify', 'shopline'] as const;
export const ENTITIES = ['products', 'orders', 'inventory', 'reviews', 'livestream'] as const;
const TASK_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;

export const noBody = Type.Object({}, closed);

export const listConnectors = Type.Object({
  ...paging,
  status: Type.Optional(Type.Enum(['pending', 'connected', 'running', 'error'], { description: 'Only these.' })),
  platform: Type.Optional(Type.Enum([...PLATFORMS], { description: 'Only connectors of this platform.' })),
});

export const createConnector = Type.Object(
  {
    name: nameField('连接器名称'),
    platform: Type.Enum([...PLATFORMS], { title: '平台' }),
    config: configField(),
    sync_interval_minutes: Type.Integer({ ...intervalField(), default: 15 }),
  },
  closed,
);

export const updateConnector = Type.Object(
  {
    name: Type.Optional(nameField('连接器名称')),
    config: Type.Optional(shownConfigField()),
    sync_interval_minutes: Type.Optional(intervalField()),
  },
  closed,
);

const connectorId = idParam('The connector.', '019a0000-0000-7000-8000-000000000001');
const taskId = idParam('The task.', '019a0000-0000-7000-8000-000000000002');
const webhookId = idParam('The webhook.', '019a0000-0000-7000-8000-000000000003');
const deliveryId = idParam('The delivery.', '019a0000-0000-7000-8000-000000000004');

export const connectorParams = Type.Object({ connector_id: connectorId });

export const healthQuery = Type.Object({
  refresh: Type.Boolean({ description: 'Ask the platform now.', default: false }),
});

export const startSyncParams = Type.Object({
  connector_id: connectorId,
  type: Type.String({ description: 'A type that the platform lists.', examples: ['products'] }),
});

export const startSync = Type.Object(
  {
    mode: Type.Enum(['full', 'incremental'], {
      title: '同步模式',
      description: 'Everything, or what changed.',
      default: 'incremental',
    }),
    since: Type.Optional(timeField('Where an incremental sync begins, instead of at the last one.')),
  },
  closed,
);

export const taskParams = Type.Object({ connector_id: connectorId, task_id: taskId });

export const listTasks = Type.Object({
  ...paging,
  type: Type.Optional(Type.Enum([...ENTITIES], { description: 'Only tasks of this sync type.' })),
  status: Type.Optional(Type.Enum([...TASK_STATUSES], { description: 'Only these.' })),
});

export const listErrors = Type.Object({
  ...paging,
  code: Type.Optional(Type.String({ description: 'Only errors of this code.', maxLength: 200 })),
  field: Type.Optional(Type.String({ description: 'Only errors of this field.', maxLength: 200 })),
  external_id: Type.Optional(Type.String({ description: 'Only those of this record.', maxLength: 200 })),
});

export const retryErrors = Type.Object(
  {
    external_ids: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        description: 'Some of the records; without it all of them.',
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
      }),
    ),
  },
  closed,
);

export const recordParams = Type.Object({
  connector_id: connectorId,
  type: Type.String({ description: 'A type that the platform lists.', examples: ['products'] }),
  record: Type.String({
    description: 'The platform’s id of the record.',
    examples: ['9007199254740993'],
    minLength: 1,
    maxLength: 100,
  }),
});

export const listRecords = Type.Object({
  ...paging,
  cursor: Type.Optional(
    Type.String({ description: 'The `next_cursor` of the page before; `page` counts no more then.', maxLength: 500 }),
  ),
  updated_since: Type.Optional(timeField('Only what changed at this time or later, or was deleted since.')),
  q: Type.Optional(searchField('Only what holds this text.')),
  include_deleted: Type.Boolean({ description: 'Also what the platform no longer has.', default: false }),
});

export const createWebhook = Type.Object(
  {
    url: Type.String({ description: 'Where to POST.', minLength: 1, maxLength: 2_000 }),
    events: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      description: 'What to send.',
      minItems: 1,
      maxItems: 20,
    }),
    secret: Type.Optional(textField()),
    ...webhookOptions,
  },
  closed,
);

export const listWebhooks = Type.Object(paging);

export const webhookParams = Type.Object({ connector_id: connectorId, webhook_id: webhookId });

export const listDeliveries = Type.Object({
  ...paging,
  status: Type.Optional(Type.Enum(['pending', 'delivered', 'failed', 'cancelled'], { description: 'Only these.' })),
  type: Type.Optional(Type.String({ description: 'Only this event.', maxLength: 200 })),
  since: Type.Optional(timeField('Made at this time or later.')),
  until: Type.Optional(timeField('Made before this time.')),
});

export const deliveryParams = Type.Object({
  connector_id: connectorId,
  webhook_id: webhookId,
  delivery_id: deliveryId,
});
