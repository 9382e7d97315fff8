import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AppError } from '@crossdock/kernel';
import { CONNECTOR_ID } from './samples.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const come = (query: string, platform = 'tmall') =>
  gate.send('GET', `/oauth/callback/${platform}${query}`, { token: '' });
const ending = (outcome: string, shopName = '品牌官方旗舰店') => ({
  outcome,
  connectorId: CONNECTOR_ID,
  connectorName: '天猫旗舰店',
  shopName,
});

test('a connected shop is shown in both languages on a page that runs and loads nothing', async () => {
  gate.script({ completeAuthorization: () => ending('connected') });
  const answer = await come('?code=c1&state=s1');
  expect(answer.status).toBe(200);
  expect(answer.text).toContain('授权成功');
  expect(answer.text).toContain('Connected');
  expect(answer.text).toContain('品牌官方旗舰店');
  expect(answer.text).not.toMatch(/<script|src=|href=/);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(gate.calls().at(-1)?.request).toEqual({ platform: 'tmall', state: 's1', code: 'c1', error: '' });
});

test.each([
  ['denied', 403],
  ['unknown_state', 404],
  ['expired_state', 410],
  ['wrong_shop', 409],
  ['app_refused', 400],
  ['platform_away', 503],
  ['connector_deleted', 410],
  ['failed', 400],
  ['something_new', 400],
])('the outcome %s is a page with %d', async (outcome, status) => {
  gate.script({ completeAuthorization: () => ending(outcome) });
  const answer = await come('?error=access_denied&state=s1');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
});

test('names are shown as text', async () => {
  gate.script({ completeAuthorization: () => ending('connected', '<img src=x onerror=alert(1)>"&') });
  const { text } = await come('?code=c&state=s');
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;');
  expect(text).not.toContain('<img');
});

test.each(['', '?code=c', '?state=', `?state=${'x'.repeat(501)}`, '?state=a&state=b', '?state=a&code=c&code=d'])(
  '%s is a page with 400',
  async (query) => {
    const seen = gate.calls().length;
    expect((await come(query)).status).toBe(400);
    expect(gate.calls().length).toBe(seen);
  },
);

test('a refusal and an absence of the registry are pages too', async () => {
  gate.script({ completeAuthorization: () => Promise.reject(new AppError('not_found', 'NOT_FOUND', '平台不存在')) });
  expect((await come('?code=c&state=s', 'ebay')).status).toBe(400);
  gate.script({ completeAuthorization: () => Promise.reject(new Error('boom')) });
  const away = await come('?code=c&state=s');
  expect([away.status, away.headers.get('retry-after'), away.text.includes('boom')]).toEqual([503, '1', false]);
});
