import Type, { type TSchema } from 'typebox';
import { shopsFamily } from '../shops/family.ts';
import { fault, type FamilyDocs, type Operation, refusal } from './operation.ts';
import { sessionScheme } from './session-scheme.ts';
import { choice, count, fieldReasons, ref, text, time } from './shapes.ts';

const DESCRIPTION = `Sign in, and keep shops with their settings.

- **Answers** are \`{success: true, data}\`, refusals \`{success: false, message, error}\`; a 422 tells \`errors\` by field instead of \`error\`.
- **Paging**: \`page\` from 1, \`pageSize\` up to 100, \`Link\` with rel \`next\` and \`prev\`. A page past the end is an empty list.
- **Idempotency**: a POST that creates honours \`Idempotency-Key\` for 24 h.
- **Limits**: \`RateLimit\` tells what is left; a 429 or 503 says in \`Retry-After\` when to come back.`;

const STATUSES = ['active', 'inactive', 'pending', 'suspended'];

const succeeded = (data: TSchema): TSchema => Type.Object({ success: Type.Literal(true), data });

const LOGIN_ANSWER = {
  success: true,
  data: {
    token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...',
    user: { id: 1, username: 'admin@example.com', name: 'Admin User', role: 'admin' },
    expires_in: 86400,
  },
};

const SHOP_LIST = {
  success: true,
  data: {
    items: [
      {
        id: 1,
        name: '测试店铺',
        shopify_domain: 'example.myshopify.com',
        status: 'active',
        created_at: '2023-01-01T00:00:00Z',
      },
    ],
    total: 1,
    page: 1,
    pageSize: 10,
  },
};

const CREATED_SHOP = {
  success: true,
  data: { id: 2, name: '新店铺', domain: 'new-shop.myshopify.com', status: 'active' },
};

const NOT_FOUND = {
  success: false,
  message: '资源不存在',
  error:
    '404 Not Found: The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
};

const refused = (status: number): TSchema => {
  const why = status === 422 ? { errors: fieldReasons() } : { error: text({ description: 'A code.' }) };
  return Type.Object({ success: Type.Literal(false), message: text({ description: 'In Chinese.' }), ...why });
};

const operations: Record<string, Operation> = {
  'POST /api/auth/login': {
    id: 'login',
    tag: 'Session',
    summary: 'Sign in',
    description:
      'The token is good for the audiences `shops`, `commerce` and `listings`; with `"audience": "channels"` for that one alone.',
    requests: {
      documented: { username: 'admin@example.com', password: 'your_password' },
      channels: { username: 'admin@example.com', password: 'your_password', audience: 'channels' },
    },
    answer: {
      status: 200,
      description: 'A session token for a day.',
      schema: succeeded(ref('Session')),
      examples: { documented: LOGIN_ANSWER },
      headers: ['cache-control'],
    },
    refusals: [
      refusal('unauthenticated', 'INVALID_CREDENTIALS', '用户名或密码错误', 'User or password are wrong.'),
      refusal('forbidden', 'FORBIDDEN', '没有权限访问该资源', 'A token for `channels` is for admins alone.'),
      refusal('too_many', 'LOGIN_FAILURES', '失败次数过多，请稍后再试', 'Too many failures of this user or address.'),
      refusal('too_many', 'BUSY', '系统繁忙，请稍后再试', 'Too many sign in at once.'),
    ],
  },
  'GET /api/test/404': {
    id: 'testNotFound',
    tag: 'Test',
    summary: 'Answer a 404',
    description: 'For clients to test themselves against.',
    fixed: true,
    answer: {
      status: 404,
      description: 'Always.',
      schema: refused(404),
      examples: { documented: NOT_FOUND },
    },
  },
  'GET /api/shops': {
    id: 'listShops',
    tag: 'Shops',
    summary: 'List the shops',
    answer: {
      status: 200,
      description: 'One page of shops.',
      schema: succeeded(
        Type.Object({ items: Type.Array(ref('ShopItem')), total: count(), page: count(), pageSize: count() }),
      ),
      examples: { documented: SHOP_LIST },
      headers: ['link'],
    },
  },
  'POST /api/shops': {
    id: 'createShop',
    tag: 'Shops',
    summary: 'Create a shop',
    requests: { documented: { name: '新店铺', domain: 'new-shop.myshopify.com', status: 'active' } },
    answer: {
      status: 200,
      description: 'The shop.',
      schema: succeeded(ref('Shop')),
      examples: { documented: CREATED_SHOP },
    },
    refusals: [
      refusal('invalid', 'VALIDATION', '请求参数错误', 'As documented.', {
        details: { name: ['店铺名称不能为空'], domain: ['域名格式不正确'] },
      }),
      fault('domain', '域名已存在', 'Another shop of the tenant has the domain.'),
    ],
  },
};

export const shopsDocs: FamilyDocs = {
  family: shopsFamily,
  title: 'Shops',
  description: DESCRIPTION,
  tags: [
    { name: 'Session', description: 'Where a token comes from.' },
    { name: 'Shops', description: 'The shops of the tenant.' },
    { name: 'Test', description: 'For clients.' },
  ],
  securitySchemes: {
    session: sessionScheme,
  },
  schemas: {
    Session: Type.Object({
      token: text({ description: 'Send it as `Authorization: Bearer …`.' }),
      user: Type.Object({ id: Type.Integer(), username: text(), name: text(), role: text() }),
      expires_in: count({ description: 'Seconds.' }),
    }),
    ShopItem: Type.Object({
      id: Type.Integer(),
      name: text(),
      shopify_domain: text(),
      status: choice(STATUSES),
      created_at: time(),
    }),
    Shop: Type.Object({ id: Type.Integer(), name: text(), domain: text(), status: choice(STATUSES) }),
  },
  refusal: refused,
  operations,
};
