import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { APP, startWithClient } from './seller.ts';

const BACK = 'http://127.0.0.1:9/cb';
let time = Date.UTC(2026, 0, 15, 2, 30, 0);
let box: Awaited<ReturnType<typeof startWithClient>>;

beforeAll(async () => {
  box = await startWithClient({ clock: () => new Date(time) });
  await box.control.putShop('tmall', '2001', { products: 3 });
  await box.control.putShop('taobao', '2002', { products: 3 });
});
afterAll(() => box.stop());

const authorize = (changes: Record<string, string> = {}) => {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: APP,
    redirect_uri: BACK,
    state: 'a"b',
    view: 'web',
    ...changes,
  });
  return fetch(`${box.url}/taobao/authorize?${query.toString()}`);
};

describe('the authorize page', () => {
  test('offers every known shop, with the state safe in its forms', async () => {
    const page = await (await authorize()).text();
    expect(page.match(/<form/g)).toHaveLength(2);
    expect(page).toContain('name="state" value="a&quot;b"');
  });

  test.each([
    ['client_id', 'other-app'],
    ['response_type', 'token'],
    ['redirect_uri', 'javascript:alert(1)'],
    ['redirect_uri', 'nowhere'],
  ])('refuses %s=%s', async (name, value) => {
    expect((await authorize({ [name]: value })).status).toBe(400);
  });

  test('approving leads back with code and state, denying with the error', async () => {
    const approved = await box.decide('approve', '2001', `${BACK}?from=1`, 'st ate');
    const to = new URL(approved.headers.get('location') ?? '');
    expect([approved.status, to.searchParams.get('state'), to.searchParams.get('from')]).toEqual([302, 'st ate', '1']);
    expect(to.searchParams.get('code')).toMatch(/.{10,}/);
    const denied = new URL((await box.decide('deny', '2001', BACK)).headers.get('location') ?? '');
    expect([denied.searchParams.get('error'), denied.searchParams.get('code')]).toEqual(['access_denied', null]);
  });

  test('knows no shop that was not made', async () => {
    expect((await box.decide('approve', '2999', BACK)).status).toBe(400);
  });
});

describe('the exchange of a code', () => {
  test("answers the account's id and its name URL-encoded", async () => {
    const token = await box.exchange(await box.code('2001'));
    expect(token.taobao_user_id).toBe('2001');
    expect(decodeURIComponent(token.taobao_user_nick)).toBe('官方旗舰店2001');
    expect(token.expires_in).toBe(7_776_000);
  });

  test('works once', async () => {
    const code = await box.code('2001');
    expect((await box.exchange(code)).error).toBeUndefined();
    expect((await box.exchange(code)).error).toBe('invalid_grant');
  });

  test('is bound to the redirect address and to the app', async () => {
    expect((await box.exchange(await box.code('2001'), `${BACK}2`)).error).toBe('invalid_grant');
    const form = { grant_type: 'authorization_code', redirect_uri: BACK, code: await box.code('2001') };
    expect((await box.tokenCall({ ...form, client_id: `${APP}-2` })).error).toBe('invalid_grant');
  });

  test('is too late after ten minutes', async () => {
    const [early, late] = [await box.code('2001'), await box.code('2001')];
    time += 599_000;
    expect((await box.exchange(early)).error).toBeUndefined();
    time += 2_000;
    expect((await box.exchange(late)).error).toBe('invalid_grant');
  });

  test.each([
    [{ client_id: 'other-app' }, 'invalid_client'],
    [{ client_secret: 'wrong' }, 'invalid_client'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ extra: '1' }, 'invalid_request'],
  ])('with %j: %s', async (changes, error) => {
    expect(
      (await box.tokenCall({ grant_type: 'authorization_code', code: 'x', redirect_uri: BACK, ...changes })).error,
    ).toBe(error);
  });
});

describe('a refresh', () => {
  test('answers a new pair and ends the old refresh token', async () => {
    const first = await box.exchange(await box.code('2001'));
    const second = await box.refresh(first.refresh_token);
    expect(second.taobao_user_id).toBe('2001');
    expect(second.access_token).not.toBe(first.access_token);
    expect((await box.refresh(first.refresh_token)).error).toBe('invalid_grant');
    expect((await box.refresh(second.refresh_token)).error).toBeUndefined();
  });

  test('goes over the gateway too', async () => {
    const { refresh_token } = await box.exchange(await box.code('2002'));
    const answer = JSON.parse(await box.call('taobao.top.auth.token.refresh', undefined, { refresh_token })) as {
      top_auth_token_refresh_response: { token_result: string };
    };
    const token = JSON.parse(answer.top_auth_token_refresh_response.token_result) as { taobao_user_id: string };
    expect(token.taobao_user_id).toBe('2002');
    expect(await box.call('taobao.top.auth.token.refresh', undefined, { refresh_token })).toContain(
      'isv.refresh-token-invalid',
    );
  });

  test('is refused once the grant is revoked', async () => {
    const token = await box.exchange(await box.code('2001'));
    await box.control.addFault({ platform: 'tmall', kind: 'token_revoked' });
    expect(await box.call('taobao.user.seller.get', token.access_token, { fields: 'nick' })).toContain(
      'session-revoked',
    );
    expect((await box.refresh(token.refresh_token)).error).toBe('invalid_grant');
  });
});

test('the seller is of the kind the shop was named by', async () => {
  const type = async (shop: string) =>
    box.call('taobao.user.seller.get', await box.session(shop), { fields: 'user_id,type' });
  expect(await type('2001')).toContain('"user_id":2001,"type":"B"');
  expect(await type('2002')).toContain('"user_id":2002,"type":"C"');
});
