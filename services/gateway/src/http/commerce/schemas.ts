import Type from 'typebox';
import { nameField, paging, searchField, textField, timeField } from '../fields.ts';

const closed = { additionalProperties: false };

const configField = () => Type.Record(Type.String(), textField(), { title: '平台配置', maxProperties: 20 });
const intervalField = () => Type.Integer({ title: '同步间隔', minimum: 1, maximum: 43_200 });

const PLATFORMS = ['tmall', 'taobao', 'douyin', 'jd', 'pdd', 'shopify', 'shopline'] as const;
export const ENTITIES = ['products', 'orders', 'inventory', 'reviews', 'livestream'] as const;
const TASK_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;

export const noBody = Type.Object({}, closed);

export const listConnectors = Type.Object({
  ...paging,
  status: Type.Optional(Type.Enum(['pending', 'connected', 'running', 'error'])),
  platform: Type.Optional(Type.Enum([...PLATFORMS])),
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
    config: Type.Optional(configField()),
    sync_interval_minutes: Type.Optional(intervalField()),
  },
  closed,
);

export const connectorParams = Type.Object({ connector_id: Type.String() });

export const healthQuery = Type.Object({ refresh: Type.Boolean({ default: false }) });

export const startSyncParams = Type.Object({ connector_id: Type.String(), type: Type.String() });

export const startSync = Type.Object(
  {
    mode: Type.Enum(['full', 'incremental'], { title: '同步模式', default: 'incremental' }),
    since: Type.Optional(timeField()),
  },
  closed,
);

export const taskParams = Type.Object({ connector_id: Type.String(), task_id: Type.String() });

export const listTasks = Type.Object({
  ...paging,
  type: Type.Optional(Type.Enum([...ENTITIES])),
  status: Type.Optional(Type.Enum([...TASK_STATUSES])),
});

export const listErrors = Type.Object(paging);

export const listRecords = Type.Object({
  ...paging,
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  updated_since: Type.Optional(timeField()),
  q: Type.Optional(searchField()),
  include_deleted: Type.Boolean({ default: false }),
});

export const createWebhook = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2_000 }),
    events: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 20 }),
    secret: Type.Optional(textField()),
  },
  closed,
);

export const listWebhooks = Type.Object(paging);

export const webhookParams = Type.Object({ connector_id: Type.String(), webhook_id: Type.String() });

export const listDeliveries = Type.Object({
  ...paging,
  status: Type.Optional(Type.Enum(['pending', 'delivered', 'failed', 'cancelled'])),
  type: Type.Optional(Type.String({ maxLength: 200 })),
  since: Type.Optional(timeField()),
  until: Type.Optional(timeField()),
});

export const deliveryParams = Type.Object({
  connector_id: Type.String(),
  webhook_id: Type.String(),
  delivery_id: Type.String(),
});
