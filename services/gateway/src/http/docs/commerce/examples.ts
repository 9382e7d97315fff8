/** Bodies as the connectors document shows them, to the letter. */

export const CONNECTOR_LIST = {
  code: 200,
  message: 'success',
  data: {
    items: [
      {
        id: 'uuid-string',
        name: '天猫旗舰店',
        platform: 'tmall',
        status: 'running',
        shop_name: '品牌官方旗舰店',
        last_sync_at: '2026-03-14T10:15:00Z',
        next_sync_at: '2026-03-14T10:30:00Z',
        sync_interval_minutes: 15,
        created_at: '2026-01-20T08:00:00Z',
      },
    ],
    total: 3,
    page: 1,
    page_size: 20,
    pages: 1,
  },
};

export const CREATE_CONNECTOR = {
  name: '天猫旗舰店',
  platform: 'tmall',
  config: {
    app_key: 'your_app_key',
    app_secret: 'your_app_secret',
    shop_id: 'shop_123456',
  },
  sync_interval_minutes: 15,
};

export const CREATED_CONNECTOR = {
  code: 201,
  message: '连接器创建成功',
  data: {
    id: 'uuid-string',
    name: '天猫旗舰店',
    platform: 'tmall',
    status: 'pending',
    auth_url: 'https://oauth.taobao.com/authorize?...',
    created_at: '2026-03-14T10:30:00Z',
  },
};

export const CONNECTOR = {
  code: 200,
  message: 'success',
  data: {
    id: 'uuid-string',
    name: '天猫旗舰店',
    platform: 'tmall',
    status: 'running',
    shop_name: '品牌官方旗舰店',
    config: {
      app_key: 'your_***_key',
      shop_id: 'shop_123456',
      sync_interval_minutes: 15,
    },
    stats: {
      total_products: 1250,
      total_orders_30d: 8500,
      last_sync_at: '2026-03-14T10:15:00Z',
      last_sync_status: 'success',
      last_sync_duration_seconds: 45,
    },
    created_at: '2026-01-20T08:00:00Z',
    updated_at: '2026-03-14T10:15:00Z',
  },
};

export const UPDATE_CONNECTOR = {
  name: '天猫旗舰店(更新)',
  sync_interval_minutes: 5,
};

export const CONNECTOR_HEALTH = {
  code: 200,
  message: 'success',
  data: {
    connector_id: 'uuid-string',
    status: 'healthy',
    checks: {
      auth_valid: true,
      api_reachable: true,
      rate_limit_ok: true,
      last_error: null,
    },
    auth_expires_at: '2026-06-20T08:00:00Z',
    checked_at: '2026-03-14T10:30:00Z',
  },
};

export const START_SYNC = {
  mode: 'incremental',
  since: '2026-03-13T00:00:00Z',
};

export const SUBMITTED_SYNC = {
  code: 202,
  message: '同步任务已提交',
  data: {
    task_id: 'uuid-string',
    connector_id: 'uuid-string',
    sync_type: 'products',
    mode: 'incremental',
    status: 'queued',
    created_at: '2026-03-14T10:30:00Z',
  },
};

export const SYNC_TASK = {
  code: 200,
  message: 'success',
  data: {
    task_id: 'uuid-string',
    connector_id: 'uuid-string',
    sync_type: 'products',
    mode: 'incremental',
    status: 'completed',
    progress: {
      total: 1250,
      synced: 1250,
      failed: 0,
      skipped: 3,
    },
    started_at: '2026-03-14T10:30:05Z',
    completed_at: '2026-03-14T10:30:50Z',
    duration_seconds: 45,
  },
};

export const CONNECTOR_TYPES = {
  code: 200,
  message: 'success',
  data: [
    {
      platform: 'tmall',
      display_name: '天猫',
      icon_url: '/icons/tmall.svg',
      supported_sync_types: ['products', 'orders', 'inventory', 'reviews'],
      auth_type: 'oauth2',
      min_sync_interval_minutes: 5,
      config_schema: {
        app_key: { type: 'string', required: true },
        app_secret: { type: 'string', required: true, sensitive: true },
        shop_id: { type: 'string', required: true },
      },
    },
    {
      platform: 'douyin',
      display_name: '抖音电商',
      icon_url: '/icons/douyin.svg',
      supported_sync_types: ['products', 'orders', 'livestream'],
      auth_type: 'oauth2',
      min_sync_interval_minutes: 15,
      config_schema: {
        app_id: { type: 'string', required: true },
        app_secret: { type: 'string', required: true, sensitive: true },
      },
    },
  ],
};

export const CREATE_WEBHOOK = {
  url: 'https://your-system.com/webhook/nolux',
  events: ['sync.completed', 'sync.failed'],
  secret: 'your_webhook_secret',
};
