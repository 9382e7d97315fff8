import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { IdentityServiceService } from '@crossdock/contracts/grpc/auth-channel';
import { type Logger, systemClock } from '@crossdock/kernel';
import { rpcClient, type RpcClient } from '@crossdock/rpc';
import { type Service, readConfig } from '@crossdock/runtime';
import { recordsOf, stores, testNames, until } from '@crossdock/testing';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import mongoose from 'mongoose';
import { configSchema } from '../src/config.ts';
import { authChannel } from '../src/service.ts';

const { database, topicPrefix } = testNames();
const logged: string[] = [];
const write = (...parts: unknown[]) => void logged.push(JSON.stringify(parts));
const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };

const PASSWORD = 'crossdock-demo';
let services: Array<Service & { grpcPort(): number }>;
let client: RpcClient<typeof IdentityServiceService>;
const db = mongoose.createConnection();

function newService(extra: Record<string, string> = {}) {
  const config = readConfig(configSchema, {
    OPS_PORT: '0',
    GRPC_PORT: '0',
    MONGODB_URI: stores().mongodb,
    MONGODB_DATABASE: database,
    KAFKA_BROKERS: stores().kafka.join(','),
    TOPIC_PREFIX: topicPrefix,
    KEY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    DEMO_ACCOUNTS: 'true',
    ...extra,
  });
  return authChannel({ config, log, clock: systemClock });
}

beforeAll(async () => {
  services = [newService(), newService()];
  await Promise.all(services.map((service) => service.start()));
  client = rpcClient(IdentityServiceService, `127.0.0.1:${services[0]!.grpcPort()}`);
  await client.start();
  await db.openUri(stores().mongodb, { dbName: database });
});

afterAll(async () => {
  await client.stop();
  await Promise.all(services.map((service) => service.stop()));
  await db.dropDatabase();
  await db.close();
});

const login = (username: string, password: string, more: { audience?: string; address?: string } = {}) =>
  client.call.login({ username, password, audience: '', address: '', ...more });

const issue = (clientId: string, clientSecret: string, more: { audience?: string; address?: string } = {}) =>
  client.call.issueToken({ clientId, clientSecret, audience: '', address: '', ...more });

async function claims(token: string, audience: string) {
  const { jwksJson } = await client.call.getSigningKeys({});
  const keys = createLocalJWKSet(JSON.parse(jwksJson) as JSONWebKeySet);
  return (await jwtVerify(token, keys, { issuer: 'crossdock', audience, algorithms: ['ES256'] })).payload;
}

describe('two processes that started at once', () => {
  test('made one signing key and one set of accounts', async () => {
    expect(await db.collection('signing_keys').countDocuments()).toBe(1);
    expect(await db.collection('tenants').countDocuments()).toBe(3);
    expect(await db.collection('users').countDocuments()).toBe(4);
    expect(await db.collection('clients').countDocuments()).toBe(3);
  });

  test('sign with the same key', async () => {
    const second = rpcClient(IdentityServiceService, `127.0.0.1:${services[1]!.grpcPort()}`);
    await second.start();
    const { token } = await second.call.login({ username: 'admin@example.com', password: PASSWORD, audience: '', address: '' });
    await second.stop();
    expect(await claims(token, 'shops')).toMatchObject({ tenant: 'demo' });
  });
});

describe('the accounts of the contract', () => {
  test.each([
    ['demo', 'admin@example.com', 'admin'],
    ['demo', 'viewer@example.com', 'viewer'],
    ['other', 'admin@other.example', 'admin'],
    ['small', 'admin@small.example', 'admin'],
  ])('tenant %s: %s logs in as %s', async (tenant, username, role) => {
    const { token, expiresIn, user } = await login(username, PASSWORD);
    expect(expiresIn).toBe(86_400);
    expect(user).toMatchObject({ id: expect.any(Number), username, role, tenant, name: expect.stringMatching(/./) });
    const payload = await claims(token, 'commerce');
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
    const { accessToken, expiresIn } = await issue(id, secret);
    expect(expiresIn).toBe(3_600);
    expect(await claims(accessToken, 'listings')).toMatchObject({ sub: `client:${id}`, aud: ['commerce', 'listings'], tenant, role: 'admin' });
  });

  test('the address may be written in any case', async () => {
    expect((await login(' Admin@Example.COM ', PASSWORD)).user?.username).toBe('admin@example.com');
  });
});

describe('the channels audience', () => {
  test('stands alone in the token of an admin and of a program', async () => {
    expect(await claims((await login('admin@example.com', PASSWORD, { audience: 'channels' })).token, 'channels')).toMatchObject({ aud: ['channels'] });
    const { accessToken } = await issue('demo-client', 'demo-client-secret', { audience: 'channels' });
    expect(await claims(accessToken, 'channels')).toMatchObject({ aud: ['channels'], sub: 'client:demo-client' });
  });

  test('is refused to a viewer', async () => {
    await expect(login('viewer@example.com', PASSWORD, { audience: 'channels' })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('bad credentials', () => {
  test('a wrong password and an unknown user are told apart by nothing', async () => {
    const refusal = { kind: 'unauthenticated', code: 'INVALID_CREDENTIALS', message: '用户名或密码错误' };
    await expect(login('admin@small.example', 'wrong')).rejects.toMatchObject(refusal);
    await expect(login('nobody@small.example', 'wrong')).rejects.toMatchObject(refusal);
    await expect(login('nobody@small.example', PASSWORD)).rejects.toMatchObject(refusal);
  });

  test('so are a wrong secret, an unknown client, and a user who comes as a client', async () => {
    const refusal = { kind: 'unauthenticated', code: 'INVALID_CLIENT' };
    await expect(issue('small-client', 'wrong')).rejects.toMatchObject(refusal);
    await expect(issue('no-client', 'wrong')).rejects.toMatchObject(refusal);
    await expect(issue('admin@example.com', PASSWORD)).rejects.toMatchObject(refusal);
  });

  test('what cannot be a credential is refused by field, and an audience that does not exist too', async () => {
    await expect(login(' ', '')).rejects.toMatchObject({ kind: 'invalid', details: { username: ['用户名不能为空'], password: ['密码不能为空'] } });
    await expect(login('x'.repeat(201), PASSWORD)).rejects.toMatchObject({ kind: 'invalid', details: { username: [expect.any(String)] } });
    await expect(login('admin@example.com', PASSWORD, { audience: 'all' })).rejects.toMatchObject({ kind: 'invalid', details: { audience: [expect.any(String)] } });
    await expect(issue('demo-client', 'demo-client-secret', { audience: 'shops' })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('too many failures', () => {
  test('the sixth try of a quarter of an hour is refused, also with the right password, and says when to come back', async () => {
    const fail = () => login('admin@other.example', 'wrong', { address: '198.51.100.1' });
    for (let at = 0; at < 5; at += 1) await expect(fail()).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(fail()).rejects.toMatchObject({ kind: 'too_many' });
    const refused = await login('admin@other.example', PASSWORD).catch((err: unknown) => err);
    expect(refused).toMatchObject({ kind: 'too_many', retryAfterMs: expect.any(Number) });
    const { retryAfterMs } = refused as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(14 * 60_000);
    expect(retryAfterMs).toBeLessThanOrEqual(15 * 60_000);
  });

  test('an account that does not exist is locked the same way', async () => {
    const tries = [];
    for (let at = 0; at < 6; at += 1) tries.push(await login('ghost@example.com', 'wrong').catch((err: { kind: string }) => err.kind));
    expect(tries).toEqual([...Array.from({ length: 5 }, () => 'unauthenticated'), 'too_many']);
  });

  test('guesses that come together get no more answers than guesses one by one', async () => {
    const guess = () => login('together@example.com', 'wrong').catch((err: { kind: string }) => err.kind);
    const kinds = await Promise.all(Array.from({ length: 30 }, guess));
    expect(kinds.filter((kind) => kind === 'unauthenticated')).toHaveLength(5);
    expect(kinds.filter((kind) => kind === 'too_many')).toHaveLength(25);
  });

  test("a success resets the account's count", async () => {
    const user = 'viewer@example.com';
    for (let round = 0; round < 2; round += 1) {
      for (let at = 0; at < 4; at += 1) await expect(login(user, 'wrong')).rejects.toMatchObject({ kind: 'unauthenticated' });
      await login(user, PASSWORD);
    }
  });

  test('many accounts tried from one address lock the address, not the accounts', async () => {
    const address = '198.51.100.2';
    const kinds = [];
    for (let at = 0; at < 51; at += 1) kinds.push(await login(`guess-${at}@example.com`, 'wrong', { address }).catch((err: { kind: string }) => err.kind));
    expect(kinds.slice(0, 50).every((kind) => kind === 'unauthenticated')).toBe(true);
    expect(kinds[50]).toBe('too_many');
    await expect(login('admin@example.com', PASSWORD, { address })).rejects.toMatchObject({ kind: 'too_many' });
    await login('admin@example.com', PASSWORD, { address: '198.51.100.3' });
  });
});

describe('what is kept', () => {
  test('a token has its session, and the audit trail is told of it once', async () => {
    const { jti } = await claims((await login('admin@example.com', PASSWORD)).token, 'shops');
    expect(await db.collection('sessions').findOne({ _id: jti as never })).toMatchObject({ tenant: 'demo', expires_at: expect.any(Date) });
    const told = async () => (await recordsOf('audit.recorded', { topicPrefix })).filter((record) => JSON.stringify(record).includes(`session/${jti}`));
    await until(async () => (await told()).length > 0, { what: 'the audit event' });
    expect(await told()).toHaveLength(1);
    await until(async () => (await db.collection('sessions').countDocuments({ 'outbox.0': { $exists: true } })) === 0, { what: 'empty outboxes' });
  });

  test('a key retired within the longest token lifetime still verifies, an older one is gone', async () => {
    const retired = (id: string, hoursAgo: number) => ({
      _id: id as never,
      current: false,
      public_jwk: { kty: 'EC', crv: 'P-256', x: id, y: id },
      sealed_private_jwk: '',
      created_at: new Date(0),
      retired_at: new Date(Date.now() - hoursAgo * 3_600_000),
    });
    await db.collection('signing_keys').insertMany([retired('recent', 23), retired('ancient', 25)]);
    const { keys } = JSON.parse((await client.call.getSigningKeys({})).jwksJson) as JSONWebKeySet;
    expect(keys.map(({ kid }) => kid)).toContain('recent');
    expect(keys.map(({ kid }) => kid)).not.toContain('ancient');
    expect(keys.every((key) => !('d' in key))).toBe(true);
  });

  test('a changed password survives the next start', async () => {
    await db.collection('users').updateOne({ username: 'admin@small.example' }, { $set: { password_hash: 'changed' } });
    const again = newService();
    await again.start();
    await again.stop();
    expect(await db.collection('users').findOne({ username: 'admin@small.example' })).toMatchObject({ password_hash: 'changed' });
    expect(await db.collection('users').countDocuments()).toBe(4);
  });

  test('a deployment gets its first admin and none of the demo accounts', async () => {
    const own = { MONGODB_DATABASE: `${database}-own`, DEMO_ACCOUNTS: '', BOOTSTRAP_ADMIN_EMAIL: 'Boss@shop.example', BOOTSTRAP_ADMIN_PASSWORD: 'long enough' };
    const deployed = newService(own);
    await deployed.start();
    const there = rpcClient(IdentityServiceService, `127.0.0.1:${deployed.grpcPort()}`);
    await there.start();
    const { user } = await there.call.login({ username: 'boss@shop.example', password: 'long enough', audience: '', address: '' });
    expect(user).toMatchObject({ id: 1, tenant: 'default', role: 'admin' });
    await expect(there.call.login({ username: 'admin@example.com', password: PASSWORD, audience: '', address: '' })).rejects.toMatchObject({ kind: 'unauthenticated' });
    await there.stop();
    await deployed.stop();
    await db.useDb(`${database}-own`).dropDatabase();
  });

  test('no password, secret or token stands in logs, topics or the database', async () => {
    const { token } = await login('admin@example.com', PASSWORD);
    const topics = JSON.stringify(await recordsOf('audit.recorded', { topicPrefix }));
    const names = ['tenants', 'users', 'clients', 'sessions', 'signing_keys', 'login_failures'];
    const stored = JSON.stringify(await Promise.all(names.map((name) => db.collection(name).find().toArray())));
    for (const place of [logged.join('\n'), topics, stored]) {
      for (const secret of [PASSWORD, 'demo-client-secret', 'small-client-secret', token.split('.')[2]!]) expect(place).not.toContain(secret);
    }
  });
});

describe('the environment', () => {
  test('one half of the first admin without the other is a fault', () => {
    expect(() => newService({ BOOTSTRAP_ADMIN_EMAIL: 'boss@shop.example' })).toThrow(/BOOTSTRAP_ADMIN_PASSWORD/);
  });
});
