import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ProductFields } from '../src/index.ts';
import { adapterContract, failureOf, openGate, productsOf, refs, sessionOn, walk } from './adapter-contract.ts';
import { type TaobaoWorld, taobaoWorld } from './taobao-world.ts';

const DAY_MS = 86_400_000;

adapterContract('Tmall', taobaoWorld);

describe('Tmall products', () => {
  let world: TaobaoWorld;
  beforeEach(async () => void (world = await taobaoWorld()));
  afterEach(async () => world[Symbol.asyncDispose]());
  const ago = (ms: number) => new Date(world.clock.ms - ms);
  const methods = () => world.forms.map((form) => form.method?.split('.').slice(2).join('.'));
  const firstPage = (gate = openGate()) =>
    productsOf(world).page(sessionOn(world, { call: gate }), { from: null, to: ago(2_000) }, null);

  test('carry ids beyond 2^53 exactly, also in the raw text', async () => {
    const [id] = world.put(1, ago(DAY_MS)) as [string];
    const [row] = await productsOf(world).byIds(sessionOn(world), refs([id]));
    expect(row?.externalId).toBe(id);
    expect(row?.raw).toContain(`"num_iid":${id},`);
    expect((row?.fields as ProductFields).skus[0]?.sku_id).toBe('5012345678901234567');
  });

  test('are listed once when nothing changed, from the last page to the first else', async () => {
    await walk(world, sessionOn(world));
    expect(methods()).toEqual(['onsale.get', 'inventory.get', 'onsale.get', 'inventory.get']);
    world.forms.length = 0;
    world.put(750, ago(DAY_MS));
    await walk(world, sessionOn(world));
    const onsale = world.forms.filter((form) => form.method === 'taobao.items.onsale.get');
    expect(onsale.map((form) => form.page_no)).toEqual(['1', '3', '2', '1', '1']);
    expect(onsale.map((form) => form.page_size)).toEqual(onsale.map(() => '200'));
    expect(
      world.forms.filter((form) => form.num_iids !== undefined).every((form) => form.num_iids!.split(',').length <= 20),
    ).toBe(true);
  });

  test('that change while the walk goes on are caught by its tail', async () => {
    const rows = world.put(600, ago(DAY_MS));
    world.beforeCall((call) => call === 3 && rows.slice(100, 110).forEach((id) => world.touch(id, world.now())));
    const walked = await walk(world, sessionOn(world));
    expect(new Set(walked.rows.map((row) => row.externalId))).toEqual(new Set(rows));
  });

  test('beyond the 20,000 that the platform pages through are read by halves of the window', async () => {
    const all = [4, 3, 2].flatMap((days) => world.put(9_000, ago(days * DAY_MS)));
    const { rows, pages } = await walk(world, sessionOn(world));
    expect(new Set(rows.map((row) => row.externalId))).toEqual(new Set(all));
    expect(new Set(pages.map((page) => page.total))).toEqual(new Set([27_000]));
  }, 120_000);

  test('whose row has no id are told, and nobody takes them for deleted', async () => {
    const [first, second, third] = world.put(3, ago(DAY_MS)) as [string, string, string];
    world.items.get(second)!.extra.num_iid = 'null';
    world.remove(third);
    const rows = await productsOf(world).byIds(sessionOn(world), refs([first, second, third]));
    expect(rows.map((row) => [row.externalId, row.problem?.code])).toEqual([
      [first, undefined],
      [second, 'MISSING_ID'],
      [third, 'MISSING_ID'],
    ]);
    const listed = (await walk(world, sessionOn(world))).rows;
    expect(listed.map((row) => [row.externalId, row.problem?.code])).toEqual([
      [expect.stringMatching(/^\?/), 'MISSING_ID'],
      [first, undefined],
    ]);
  });

  test('are asked for again with the clock of the platform when it calls the timestamp stale', async () => {
    world.put(3, ago(DAY_MS));
    world.clock.platformAheadMs = 3_600_000;
    const gate = openGate();
    expect((await firstPage(gate)).rows).not.toEqual([]);
    expect(gate.outcomes.filter((outcome) => !outcome.ok)).toEqual([
      expect.objectContaining({ failure: 'RETRYABLE', code: '31' }),
      expect.objectContaining({ failure: 'RETRYABLE', code: '31' }),
    ]);
    expect(gate.taken()).toBe(gate.outcomes.length);
    world.forms.length = 0;
    await firstPage();
    expect(world.forms.every((form) => form.timestamp === '2026-01-15 11:30:00')).toBe(true);
  });

  test('fail as a matter of configuration when the timestamp is stale twice', async () => {
    const stale = world.refusal({ code: 31, msg: 'Invalid timestamp' });
    world.script(stale, stale, stale, stale);
    expect(await failureOf(firstPage())).toMatchObject({ failure: 'CONFIG', code: '31' });
    expect(world.calls()).toBe(4);
  });

  test('of a frozen shop wait', async () => {
    world.script(world.refusal({ code: 15, msg: 'Remote service error', sub_code: 'isv.shop-closed' }));
    expect(await failureOf(firstPage())).toMatchObject({ failure: 'SHOP_CLOSED', code: '15/isv.shop-closed' });
  });

  test.each([
    ['items is no list', '{"items_onsale_get_response":{"total_results":1,"items":{"item":{}}}}'],
    ['the count is missing', '{"items_onsale_get_response":{}}'],
    ['the answer is to another call', '{"items_inventory_get_response":{"total_results":0}}'],
    ['it is not an object', '[]'],
  ])('are not taken from an answer where %s', async (_what, body) => {
    world.script(world.raw(200, body), world.raw(200, body));
    expect(await failureOf(firstPage())).toMatchObject({ failure: 'RETRYABLE', code: 'MALFORMED' });
  });

  test('say in no failure what the app secret or the token is', async () => {
    const msg = 'sign of helloworld for access-token-of-the-shop is wrong';
    const echo = world.refusal({ code: 25, msg, sub_code: 'isv.helloworld' });
    world.script(echo, echo);
    const gate = openGate();
    const failure = await failureOf(firstPage(gate));
    expect(failure.failure).toBe('CONFIG');
    expect(JSON.stringify([failure.message, failure.code, gate.outcomes])).not.toMatch(/helloworld|access-token/);
  });
});

describe('authorisation by Tmall', () => {
  let world: TaobaoWorld;
  beforeEach(async () => void (world = await taobaoWorld()));
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
  const answerToken = (body: object) => void (world.token.answer = world.raw(200, JSON.stringify(body)));
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
    world.token.answer = world.raw(
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
    world.token.answer = world.raw(status, body);
    expect(await failureOf(exchange())).toMatchObject({ failure, code });
  });

  test('says in no failure what was sent', async () => {
    world.token.answer = world.raw(400, '{"error":"invalid_grant","error_description":"c0de with helloworld"}');
    expect((await failureOf(exchange())).message).toBe('token request: invalid_grant *** with ***');
  });
});
