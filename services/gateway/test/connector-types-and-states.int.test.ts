import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { at, connector, CONNECTOR_ID, PAUSED } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const lastCall = () => gate.calls().at(-1);
const one = `/api/v1/connectors/${CONNECTOR_ID}`;

test('the types', async () => {
  const field = (name: string, sensitive = false) => ({ name, required: true, sensitive });
  gate.script({
    listTypes: () => ({
      types: [
        {
          platform: 'tmall',
          displayName: '天猫',
          iconUrl: '/icons/tmall.svg',
          supportedSyncTypes: ['products', 'orders', 'inventory', 'reviews'],
          authType: 'oauth2',
          minSyncIntervalMinutes: 5,
          configFields: [field('app_key'), field('app_secret', true), field('shop_id')],
        },
      ],
    }),
  });
  expect((await gate.send('GET', '/api/v1/connectors/types')).body).toEqual({
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
    ],
  });
});

test.each(['tmall', 'taobao', 'douyin', 'jd', 'pdd'])(
  'the icon of %s, without a token, kept for a day',
  async (platform) => {
    const icon = await gate.send('GET', `/icons/${platform}.svg`, { token: '' });
    expect([icon.status, icon.headers.get('content-type'), icon.headers.get('cache-control'), icon.text]).toEqual([
      200,
      'image/svg+xml',
      'public, max-age=86400',
      expect.stringMatching(/^<svg [^]*<\/svg>\n$/),
    ]);
    expect(icon.text).not.toMatch(/<script|href|<text/);
  },
);

test('the health', async () => {
  gate.script({
    checkHealth: () => ({
      status: 'healthy',
      authValid: true,
      apiReachable: true,
      rateLimitOk: true,
      lastError: undefined,
      authExpiresAt: at('2026-06-20T08:00:00Z'),
      checkedAt: at('2026-03-14T10:30:00Z'),
    }),
  });
  const { body } = await gate.send('GET', `${one}/health?refresh=true`);
  expect(body).toEqual({
    code: 200,
    message: 'success',
    data: {
      connector_id: CONNECTOR_ID,
      status: 'healthy',
      checks: { auth_valid: true, api_reachable: true, rate_limit_ok: true, last_error: null },
      auth_expires_at: '2026-06-20T08:00:00Z',
      checked_at: '2026-03-14T10:30:00Z',
    },
  });
  expect(lastCall()?.request).toEqual({ id: CONNECTOR_ID, refresh: true });
});

test.each(['pause', 'resume'] as const)('%s answers the detail, without a body and with an empty one', async (verb) => {
  const after = connector(verb === 'pause' ? { status: 'connected', ...PAUSED } : { status: 'connected' });
  gate.script({ [`${verb}Connector`]: () => ({ connector: after }) });
  for (const send of [{}, { json: {} }]) {
    const { status, body } = await gate.send('POST', `${one}/${verb}`, send);
    expect(status).toBe(200);
    expect(body).toMatchObject({ code: 200, message: 'success', data: { id: CONNECTOR_ID, status: 'connected' } });
    expect(lastCall()).toMatchObject({ method: `${verb}Connector`, request: { id: CONNECTOR_ID } });
  }
  expect((await gate.send('POST', `${one}/${verb}`, { json: { until: 'x' } })).status).toBe(422);
});

test('the detail says what a reason means, whom it asks to act and how', async () => {
  gate.script({ getConnector: () => ({ connector: connector({ status: 'connected', ...PAUSED }) }) });
  expect((await gate.send('GET', one)).body.data).toMatchObject({
    status: 'connected',
    status_reason: 'paused',
    status_reason_detail: { message: '已手动暂停', message_en: 'Paused by a user', who: 'merchant', action: 'resume' },
  });
});

test('a fresh authorize address', async () => {
  gate.script({ authorize: () => ({ authUrl: 'https://oauth.taobao.com/authorize?state=t' }) });
  const answer = await gate.send('POST', `${one}/authorize`);
  expect([answer.status, answer.body]).toEqual([
    200,
    { code: 200, message: 'success', data: { auth_url: 'https://oauth.taobao.com/authorize?state=t' } },
  ]);
});
