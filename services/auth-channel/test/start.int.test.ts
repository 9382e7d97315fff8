import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Service } from '@crossdock/runtime';
import { recordsOf, until } from '@crossdock/testing';
import { type IdentityClient, identityClient, identityHouse, PASSWORD } from './running-service.ts';

const house = identityHouse();
const { database, topicPrefix, db, logged, newService } = house;
let services: Service[];
let first: IdentityClient;
let second: IdentityClient;

beforeAll(async () => {
  const both = [newService(), newService()] as const;
  services = [...both];
  await Promise.all(services.map((service) => service.start()));
  first = await identityClient(both[0]);
  second = await identityClient(both[1]);
  await house.open();
});

afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
  await Promise.all(services.map((service) => service.stop()));
  await house.close();
});

describe('two processes that start at once', () => {
  test('make one signing key and one set of accounts', async () => {
    expect(await db.collection('signing_keys').countDocuments()).toBe(1);
    expect(await db.collection('tenants').countDocuments()).toBe(3);
    expect(await db.collection('users').countDocuments()).toBe(4);
    expect(await db.collection('clients').countDocuments()).toBe(3);
  });

  test('verify what the other signed', async () => {
    const { token } = await second.login('admin@example.com', PASSWORD);
    expect(await first.claims(token, 'shops')).toMatchObject({ tenant: 'demo' });
  });

  test('share the count of failures', async () => {
    for (const identity of [first, second, first, second, first]) {
      await expect(identity.login('shared@example.com', 'wrong')).rejects.toMatchObject({ kind: 'unauthenticated' });
    }
    await expect(second.login('shared@example.com', 'wrong')).rejects.toMatchObject({ kind: 'too_many' });
  });
});

describe('a later start', () => {
  test('leaves a changed password as it is', async () => {
    const user = { username: 'admin@small.example' };
    await db.collection('users').updateOne(user, { $set: { password_hash: 'changed' } });
    const again = newService();
    await again.start();
    await again.stop();
    expect(await db.collection('users').findOne(user)).toMatchObject({ password_hash: 'changed' });
    expect(await db.collection('users').countDocuments()).toBe(4);
  });
});

describe('a deployment', () => {
  test('gets its first admin and none of the demo accounts', async () => {
    const own = `${database}-own`;
    const deployed = newService({
      MONGODB_DATABASE: own,
      DEMO_ACCOUNTS: '',
      BOOTSTRAP_ADMIN_EMAIL: 'Boss@shop.example',
      BOOTSTRAP_ADMIN_PASSWORD: 'long enough',
    });
    await deployed.start();
    const identity = await identityClient(deployed);
    const { user } = await identity.login('boss@shop.example', 'long enough');
    expect(user).toMatchObject({ id: 1, tenant: 'default', role: 'admin' });
    await expect(identity.login('admin@example.com', PASSWORD)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await identity.stop();
    await deployed.stop();
    await db.useDb(own).dropDatabase();
  });

  test('that names one half of its first admin does not start', () => {
    expect(() => newService({ BOOTSTRAP_ADMIN_EMAIL: 'boss@shop.example' })).toThrow(/BOOTSTRAP_ADMIN_PASSWORD/);
  });
});

describe('what is kept', () => {
  test('a token has its session, and the audit trail is told of it once', async () => {
    const { jti } = await first.claims((await first.login('admin@example.com', PASSWORD)).token, 'shops');
    const session = await db.collection<{ _id: string }>('sessions').findOne({ _id: jti! });
    expect(session).toMatchObject({ tenant: 'demo', expires_at: expect.any(Date) });
    const told = async () => {
      const records = await recordsOf('audit.recorded', { topicPrefix });
      return records.filter(({ value }) => value.includes(`session/${jti}`));
    };
    await until(async () => (await told()).length > 0, { what: 'the audit event' });
    const waiting = () => db.collection('sessions').countDocuments({ 'outbox.0': { $exists: true } });
    await until(async () => (await waiting()) === 0, { what: 'empty outboxes' });
    expect(await told()).toHaveLength(1);
  });

  test('a key retired within the longest token lifetime still verifies, an older one is gone', async () => {
    const retired = (id: string, hoursAgo: number) => ({
      _id: id,
      current: false,
      public_jwk: { kty: 'EC', crv: 'P-256', x: id, y: id },
      sealed_private_jwk: '',
      created_at: new Date(0),
      retired_at: new Date(Date.now() - hoursAgo * 3_600_000),
    });
    await db.collection<{ _id: string }>('signing_keys').insertMany([retired('recent', 23), retired('ancient', 25)]);
    const { keys } = await first.publicKeys();
    expect(keys.map(({ kid }) => kid)).toEqual([expect.any(String), 'recent']);
    expect(keys.every((key) => !('d' in key))).toBe(true);
  });

  test('no password, secret or token stands in logs, topics or the database', async () => {
    const { token } = await first.login('admin@example.com', PASSWORD);
    const topics = JSON.stringify(await recordsOf('audit.recorded', { topicPrefix }));
    const names = ['tenants', 'users', 'clients', 'sessions', 'signing_keys', 'login_failures'];
    const stored = await Promise.all(names.map((name) => db.collection(name).find().toArray()));
    expect(logged).not.toHaveLength(0);
    for (const place of [logged.join('\n'), topics, JSON.stringify(stored)]) {
      for (const secret of [PASSWORD, 'demo-client-secret', token.split('.')[2]!]) expect(place).not.toContain(secret);
    }
  });
});
