import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failureOf, sessionOn } from './adapter-contract.ts';
import { raw } from './taobao-wire.ts';
import { type TaobaoWorld, taobaoWorld } from './taobao-world.ts';

describe('authorisation by Tmall', () => {
  let world: TaobaoWorld;
  beforeEach(async () => void (world = await taobaoWorld('tmall', 'products')));
  afterEach(async () => world[Symbol.asyncDispose]());

  const TOKEN = {
    access_token: '6100a',
    token_type: 'Bearer',
    expires_in: 7_776_000,
    refresh_token: '6101r',
    re_expires_in: 15_552_000,
    r1_expires_in: 7_776_000,
    r2_expires_in: 259_200,
    w1_expires_in: 86_400,
    w2_expires_in: 300,
    taobao_user_id: '2200000001',
    taobao_user_nick: '%E6%B5%8B%E8%AF%95%E5%BA%97',
  };
  const exchange = () =>
    world.adapter.exchangeCode({
      config: world.config,
      code: 'c0de',
      redirectUri: 'https://hub.example/cb',
      now: world.now,
    });
  const answerToken = (body: object) => void (world.token.answer = raw(200, JSON.stringify(body)));
  const after = (seconds: number) => new Date(world.clock.ms + seconds * 1_000);

  test('begins at the authorize page', () => {
    const url = new URL(
      world.adapter.authorizeUrl({ config: world.config, redirectUri: 'https://hub.example/cb?a=b&c', state: 's t' }),
    );
    expect(url.pathname).toBe('/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: '12345678',
      redirect_uri: 'https://hub.example/cb?a=b&c',
      state: 's t',
      view: 'web',
    });
  });

  test('ends with a token that lives as long as its shortest level that we use', async () => {
    answerToken(TOKEN);
    expect(await exchange()).toEqual({
      accessToken: '6100a',
      refreshToken: '6101r',
      expiresAt: after(86_400),
      refreshExpiresAt: after(15_552_000),
      accountId: '2200000001',
      accountName: '测试店',
    });
    expect(world.token.forms).toEqual([
      {
        client_id: '12345678',
        client_secret: 'helloworld',
        grant_type: 'authorization_code',
        code: 'c0de',
        redirect_uri: 'https://hub.example/cb',
      },
    ]);
  });

  test('knows a token that cannot be refreshed', async () => {
    answerToken({ ...TOKEN, re_expires_in: 0 });
    expect(await exchange()).toMatchObject({ refreshToken: null, refreshExpiresAt: null });
    answerToken({ ...TOKEN, re_expires_in: undefined });
    expect(await exchange()).toMatchObject({ refreshToken: '6101r', refreshExpiresAt: null });
  });

  test('keeps a nick that is not URL-encoded and an account id that is a number beyond 2^53', async () => {
    world.token.answer = raw(
      200,
      JSON.stringify({ ...TOKEN, taobao_user_nick: '100%', taobao_user_id: 0 }).replace(
        '"taobao_user_id":0',
        '"taobao_user_id":2200000000123456789',
      ),
    );
    expect(await exchange()).toMatchObject({ accountName: '100%', accountId: '2200000000123456789' });
  });

  test('is renewed by the refresh token', async () => {
    answerToken({ ...TOKEN, access_token: '6100b' });
    const grant = await world.adapter.refresh({ config: world.config, refreshToken: '6101r', now: world.now });
    expect(grant.accessToken).toBe('6100b');
    expect(world.token.forms[0]).toMatchObject({ grant_type: 'refresh_token', refresh_token: '6101r' });
  });

  test.each([
    [400, '{"error":"invalid_grant","error_description":"used"}', 'AUTH_REVOKED', 'invalid_grant'],
    [401, '{"error":"invalid_client"}', 'CONFIG', 'invalid_client'],
    [200, '{"error":"invalid_grant"}', 'AUTH_REVOKED', 'invalid_grant'],
    [400, '{"error":"invalid_request"}', 'PERMANENT', 'invalid_request'],
    [502, '<html>', 'RETRYABLE', 'HTTP_502'],
    [429, '', 'RATE_LIMITED', 'HTTP_429'],
    [200, '{"access_token":"6100a"}', 'RETRYABLE', 'MALFORMED'],
    [200, 'ok', 'RETRYABLE', 'MALFORMED'],
  ])('that is answered with %p %p fails as %s', async (status, body, failure, code) => {
    world.token.answer = raw(status, body);
    expect(await failureOf(exchange())).toMatchObject({ failure, code });
  });

  test('says in no failure what was sent', async () => {
    world.token.answer = raw(400, '{"error":"invalid_grant","error_description":"c0de with helloworld"}');
    expect((await failureOf(exchange())).message).toBe('token request: invalid_grant *** with ***');
  });

  test.each([
    ['tmall', 'B', true],
    ['tmall', 'C', false],
    ['taobao', 'C', true],
    ['taobao', 'B', false],
    ['taobao', '', false],
  ] as const)('of %s by a seller of type %p is accepted: %p', async (platform, type, accepted) => {
    await using other = await taobaoWorld(platform, 'products');
    other.seller.type = type;
    const account = await other.adapter.probe(sessionOn(other));
    expect(account).toMatchObject({ accountId: '2200000000123456789', sellerType: type });
    expect(other.adapter.accepts(account)).toBe(accepted);
  });
});
