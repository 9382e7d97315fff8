import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Service } from '@crossdock/runtime';
import { type IdentityClient, identityClient, identityHouse, PASSWORD } from './running-service.ts';

const house = identityHouse();
let service: Service;
let identity: IdentityClient;

beforeAll(async () => {
  const started = house.newService();
  service = started;
  await started.start();
  identity = await identityClient(started);
  await house.open();
});

afterAll(async () => {
  await identity.stop();
  await service.stop();
  await house.close();
});

/** The kind of the refusal. */
const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (err: { kind: string }) => err.kind,
  );

describe('the accounts of the contract', () => {
  test.each([
    ['demo', 'admin@example.com', 'admin'],
    ['demo', 'viewer@example.com', 'viewer'],
    ['other', 'admin@other.example', 'admin'],
    ['small', 'admin@small.example', 'admin'],
  ])('tenant %s: %s logs in as %s', async (tenant, username, role) => {
    const { token, expiresIn, user } = await identity.login(username, PASSWORD);
    expect(expiresIn).toBe(86_400);
    expect(user).toMatchObject({ id: expect.any(Number), username, role, tenant, name: expect.stringMatching(/./) });
    const payload = await identity.claims(token, 'commerce');
    expect(payload).toEqual({
      iss: 'crossdock',
      sub: `user:${user!.id}`,
      aud: ['shops', 'commerce', 'listings'],
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: payload.iat! + 86_400,
      tenant,
      role,
      name: user!.name,
      email: username,
    });
  });

  test.each([
    ['demo', 'demo-client', 'demo-client-secret'],
    ['other', 'other-client', 'other-client-secret'],
    ['small', 'small-client', 'small-client-secret'],
  ])('tenant %s: %s gets a token for commerce and listings', async (tenant, id, secret) => {
    const { accessToken, expiresIn } = await identity.issue(id, secret);
    expect(expiresIn).toBe(3_600);
    const payload = await identity.claims(accessToken, 'listings');
    expect(payload).toMatchObject({ sub: `client:${id}`, aud: ['commerce', 'listings'], tenant, role: 'admin' });
  });

  test('the address may be written in any case', async () => {
    expect((await identity.login(' Admin@Example.COM ', PASSWORD)).user?.username).toBe('admin@example.com');
  });
});

describe('the channels audience', () => {
  test('stands alone in the token of an admin and of a program', async () => {
    const { token } = await identity.login('admin@example.com', PASSWORD, { audience: 'channels' });
    expect(await identity.claims(token, 'channels')).toMatchObject({ aud: ['channels'], role: 'admin' });
    const { accessToken } = await identity.issue('demo-client', 'demo-client-secret', { audience: 'channels' });
    expect(await identity.claims(accessToken, 'channels')).toMatchObject({ aud: ['channels'] });
  });

  test('is refused to a viewer', async () => {
    const refused = identity.login('viewer@example.com', PASSWORD, { audience: 'channels' });
    await expect(refused).rejects.toMatchObject({ kind: 'forbidden', code: 'FORBIDDEN' });
  });
});

describe('bad credentials', () => {
  test('a wrong password and an unknown user are told apart by nothing', async () => {
    const refusal = { kind: 'unauthenticated', code: 'INVALID_CREDENTIALS', message: '用户名或密码错误' };
    await expect(identity.login('admin@small.example', 'wrong')).rejects.toMatchObject(refusal);
    await expect(identity.login('nobody@small.example', 'wrong')).rejects.toMatchObject(refusal);
    await expect(identity.login('nobody@small.example', PASSWORD)).rejects.toMatchObject(refusal);
  });

  test('so are a wrong secret, an unknown client, and a user who comes as a client', async () => {
    const refusal = { kind: 'unauthenticated', code: 'INVALID_CLIENT' };
    await expect(identity.issue('small-client', 'wrong')).rejects.toMatchObject(refusal);
    await expect(identity.issue('no-client', 'wrong')).rejects.toMatchObject(refusal);
    await expect(identity.issue('admin@example.com', PASSWORD)).rejects.toMatchObject(refusal);
  });

  test('what cannot be a credential is refused by field', async () => {
    await expect(identity.login(' ', '')).rejects.toMatchObject({
      kind: 'invalid',
      details: { username: ['用户名不能为空'], password: ['密码不能为空'] },
    });
    await expect(identity.login('x'.repeat(201), PASSWORD)).rejects.toMatchObject({
      kind: 'invalid',
      details: { username: [expect.any(String)] },
    });
  });

  test('an audience that does not exist is refused by field', async () => {
    const invalid = { kind: 'invalid', details: { audience: [expect.any(String)] } };
    await expect(identity.login('admin@example.com', PASSWORD, { audience: 'all' })).rejects.toMatchObject(invalid);
    const shops = identity.issue('demo-client', 'demo-client-secret', { audience: 'shops' });
    await expect(shops).rejects.toMatchObject(invalid);
  });
});

test('logins are counted by who asked and what came of it, never by name', async () => {
  await identity.login('viewer@example.com', PASSWORD);
  await kindOf(identity.login('counted@example.com', 'wrong'));
  await kindOf(identity.issue('', ''));
  const told = await (await fetch(`${service.opsAddress}/metrics`)).text();
  const count = (labels: string) =>
    Number(new RegExp(`^crossdock_auth_logins_total\\{${labels},.*\\} (\\d+)$`, 'm').exec(told)?.[1]);
  expect(count('kind="user",outcome="success"')).toBeGreaterThan(0);
  expect(count('kind="user",outcome="unauthenticated"')).toBeGreaterThan(0);
  expect(count('kind="client",outcome="invalid"')).toBeGreaterThan(0);
  expect(told).not.toContain('counted@');
});

describe('too many failures', () => {
  test('after five in a quarter of an hour the right password is refused too, and told when to come back', async () => {
    const fail = () => identity.login('admin@other.example', 'wrong', { address: '198.51.100.1' });
    for (let at = 0; at < 5; at += 1) expect(await kindOf(fail())).toBe('unauthenticated');
    expect(await kindOf(fail())).toBe('too_many');
    const refused = await identity.login('admin@other.example', PASSWORD).catch((err: unknown) => err);
    expect(refused).toMatchObject({ kind: 'too_many', retryAfterMs: expect.any(Number) });
    const { retryAfterMs } = refused as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(14 * 60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(15 * 60_000);
  });

  test('an account that does not exist is locked the same way', async () => {
    const kinds: string[] = [];
    for (let at = 0; at < 6; at += 1) kinds.push(await kindOf(identity.login('ghost@example.com', 'wrong')));
    expect(kinds).toEqual([...Array<string>(5).fill('unauthenticated'), 'too_many']);
  });

  test('guesses that come together get no more answers than guesses one by one', async () => {
    const guess = () => kindOf(identity.login('together@example.com', 'wrong'));
    const kinds = await Promise.all(Array.from({ length: 30 }, guess));
    expect(kinds.toSorted()).toEqual([
      ...Array<string>(25).fill('too_many'),
      ...Array<string>(5).fill('unauthenticated'),
    ]);
  });

  test("a success resets the account's count", async () => {
    for (let round = 0; round < 2; round += 1) {
      for (let at = 0; at < 4; at += 1) {
        expect(await kindOf(identity.login('viewer@example.com', 'wrong'))).toBe('unauthenticated');
      }
      expect(await kindOf(identity.login('viewer@example.com', PASSWORD))).toBe('ok');
    }
  });

  test('many accounts tried from one address lock the address, not the accounts', async () => {
    const address = '198.51.100.2';
    const kinds: string[] = [];
    for (let at = 0; at < 51; at += 1) {
      kinds.push(await kindOf(identity.login(`guess-${at}@example.com`, 'wrong', { address })));
    }
    expect(kinds).toEqual([...Array<string>(50).fill('unauthenticated'), 'too_many']);
    expect(await kindOf(identity.login('admin@example.com', PASSWORD, { address }))).toBe('too_many');
    expect(await kindOf(identity.login('admin@example.com', PASSWORD, { address: '198.51.100.3' }))).toBe('ok');
  });
});
