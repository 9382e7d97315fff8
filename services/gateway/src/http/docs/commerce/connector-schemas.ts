import Type from 'typebox';
import { choice, count, orNull, ref, text, time } from '../shapes.ts';

const STATUSES = ['pending', 'connected', 'running', 'error'];
const PLATFORM = { description: 'tmall, taobao, douyin, jd, pdd, shopify or shopline.' };

const status = () =>
  choice(STATUSES, {
    description: '`pending` until it is authorised, `running` from its first sync on, `error` when it needs somebody.',
  });

const statusReason = () =>
  Type.Optional(
    orNull(
      text({ description: 'A code that says why all is not well (`auth_revoked`, `paused`, …); null when it is.' }),
    ),
  );

const interval = () => Type.Integer({ description: 'Minutes between two syncs.' });

export const connectorSchemas = {
  ConnectorSummary: Type.Object({
    id: text(),
    name: text(),
    platform: text(PLATFORM),
    status: status(),
    status_reason: statusReason(),
    shop_name: orNull(text({ description: 'Known once it is authorised.' })),
    last_sync_at: orNull(time({ description: 'When the last ended sync began.' })),
    next_sync_at: orNull(time({ description: 'When the next one is due.' })),
    sync_interval_minutes: interval(),
    created_at: time(),
  }),
  Connector: Type.Object({
    id: text(),
    name: text(),
    platform: text(PLATFORM),
    status: status(),
    status_reason: statusReason(),
    status_reason_detail: Type.Optional(ref('StatusReason')),
    shop_name: orNull(text({ description: 'Known once it is authorised.' })),
    config: Type.Unsafe({
      type: 'object',
      properties: { sync_interval_minutes: interval() },
      required: ['sync_interval_minutes'],
      additionalProperties: { type: 'string' },
      description:
        'What the platform asks for. Secrets are absent, identifiers masked (`your_***_key`), the shop’s id whole.',
    }),
    stats: Type.Object({
      total_products: count(),
      total_orders_30d: count(),
      last_sync_at: orNull(time()),
      last_sync_status: orNull(choice(['success', 'failed', 'cancelled'])),
      last_sync_duration_seconds: orNull(Type.Number()),
    }),
    created_at: time(),
    updated_at: time(),
  }),
  StatusReason: Type.Object(
    {
      message: text({ description: 'For people, in Chinese.' }),
      message_en: text({ description: 'The same in English.' }),
      who: choice(['merchant', 'developer', 'platform', 'nobody'], {
        description: 'Who must act; `developer` keeps the app on the platform, `nobody` when it passes by itself.',
      }),
      action: orNull(
        choice(['authorize', 'update_config', 'resume'], {
          description:
            'What fixes it: `POST …/authorize`, `PUT` with `config`, `POST …/resume`; null when it is done elsewhere.',
        }),
      ),
    },
    { description: 'What `status_reason` means; absent when all is well.' },
  ),
  CreatedConnector: Type.Object({
    id: text(),
    name: text(),
    platform: text(PLATFORM),
    status: status(),
    auth_url: text({ format: 'uri', description: 'Send the merchant there to authorise.' }),
    created_at: time(),
  }),
  Health: Type.Object({
    connector_id: text(),
    status: choice(['healthy', 'degraded', 'unhealthy', 'unknown']),
    checks: Type.Object({
      auth_valid: Type.Boolean(),
      api_reachable: Type.Boolean(),
      rate_limit_ok: Type.Boolean(),
      last_error: orNull(text()),
    }),
    auth_expires_at: orNull(time()),
    checked_at: orNull(time()),
  }),
  ConnectorType: Type.Object({
    platform: text(PLATFORM),
    display_name: text(),
    icon_url: text({ description: 'On this gateway, no token asked.' }),
    supported_sync_types: Type.Array(text()),
    auth_type: text(),
    min_sync_interval_minutes: count(),
    config_schema: Type.Record(
      Type.String(),
      Type.Object({ type: Type.Literal('string'), required: Type.Boolean(), sensitive: Type.Optional(Type.Boolean()) }),
      { description: 'The fields of `config`.' },
    ),
  }),
};
