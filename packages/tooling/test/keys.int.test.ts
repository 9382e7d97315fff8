import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectMongo, type Mongo } from '@crossdock/mongo';
import { createLogger } from '@crossdock/runtime';
import { stores, testNames } from '@crossdock/testing';
import { createVault } from '@crossdock/vault';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countKeys, rotateCollection } from '../src/keys/rotate.ts';
import { sealedIn } from '../src/keys/sealed-texts.ts';

const key = () => randomBytes(32).toString('base64');
const [k1, k2] = [`k1:${key()}`, `k2:${key()}`];
const old = createVault(k1);
const both = createVault(`${k2},${k1}`);
const next = createVault(k2);

const CONNECTORS = { service: 'connector-registry', collection: 'connectors' };
const { database } = testNames();
const log = createLogger('test', 'silent');

interface Row {
  _id: string;
  tenant: string;
  config: Record<string, string>;
  credential: { accessToken: string; version: number };
}

let mongo: Mongo;
const rows = () => mongo.connection.collection<Row>('connectors');

beforeAll(async () => {
  mongo = connectMongo({ uri: stores().mongodb, database: `${database}-connector-registry`, log });
  await mongo.start();
});

afterAll(async () => {
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

const place = (row: { _id: string; tenant: string }, field: string) => ({
  tenant: row.tenant,
  collection: 'connectors',
  id: row._id,
  field,
});

/** As many connectors under the old key. */
async function seed(count: number): Promise<void> {
  await rows().deleteMany({});
  const made = Array.from({ length: count }, (_, n) => {
    const row = { _id: `c${n}`, tenant: `t${n % 3}` };
    return {
      ...row,
      config: { app_key: 'k', app_secret: old.seal(place(row, 'secret'), `secret ${n}`) },
      credential: { accessToken: old.seal(place(row, 'token'), `token ${n} 0`), version: 0 },
    };
  });
  await rows().insertMany(made);
}

test('everything is readable at any moment of a rotation, newer texts stay, and afterwards the old key may go', async () => {
  await seed(100);
  let rotating = true;
  let reads = 0;
  const readers = Array.from({ length: 4 }, async () => {
    while (rotating) {
      for await (const row of rows().find()) {
        expect(both.open(place(row, 'secret'), row.config['app_secret']!)).toMatch(/^secret/);
        expect(both.open(place(row, 'token'), row.credential.accessToken)).toMatch(/^token/);
        reads += 2;
      }
    }
  });
  const writer = (async () => {
    for (let n = 0; rotating; n = (n + 1) % 100) {
      const row = { _id: `c${n}`, tenant: `t${n % 3}` };
      const accessToken = both.seal(place(row, 'token'), `token ${n} newer`);
      await rows().updateOne({ _id: row._id }, { $set: { credential: { accessToken, version: 1 } } });
    }
  })();
  const rotated = await rotateCollection(mongo, CONNECTORS, both);
  rotating = false;
  await Promise.all([...readers, writer]);

  expect(rotated.failed).toEqual([]);
  expect(reads).toBeGreaterThan(0);
  expect([...(await countKeys(mongo, CONNECTORS))]).toEqual([['k2', 200]]);
  for await (const row of rows().find()) {
    const n = row._id.slice(1);
    expect(next.open(place(row, 'secret'), row.config['app_secret']!)).toBe(`secret ${n}`);
    const expected = row.credential.version === 1 ? `token ${n} newer` : `token ${n} 0`;
    expect(next.open(place(row, 'token'), row.credential.accessToken)).toBe(expected);
  }
});

test('two rotations at once, and one begun again, do everything once', async () => {
  await seed(50);
  const [one, two] = await Promise.all([
    rotateCollection(mongo, CONNECTORS, both),
    rotateCollection(mongo, CONNECTORS, both),
  ]);
  expect([one.failed, two.failed]).toEqual([[], []]);
  expect(one.rewrapped + two.rewrapped).toBe(100);
  expect(await rotateCollection(mongo, CONNECTORS, both)).toEqual({ rewrapped: 0, failed: [] });
});

test('a text that no given key opens is left as it is and named, the others are rotated', async () => {
  await seed(3);
  const stranger = createVault(`k9:${key()}`);
  const accessToken = stranger.seal(place({ _id: 'c1', tenant: 't1' }, 'token'), 'x');
  await rows().updateOne({ _id: 'c1' }, { $set: { 'credential.accessToken': accessToken } });
  const { rewrapped, failed } = await rotateCollection(mongo, CONNECTORS, both);
  expect(rewrapped).toBe(5);
  expect(failed).toEqual([expect.stringMatching(/^c1: /)]);
  expect((await rows().findOne({ _id: 'c1' }))?.credential.accessToken).toBe(accessToken);
});

test('the command counts, rotates and says when the old key may go', async () => {
  await seed(5);
  const env = {
    ...process.env,
    MONGODB_URI: stores().mongodb,
    DATABASE_PREFIX: `${database}-`,
    KEY_ENCRYPTION_KEYS: `${k2},${k1}`,
  };
  const main = fileURLToPath(new URL('../src/keys/main.ts', import.meta.url));
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [main, ...args], { env }).catch(
      (err: { code: number; stdout: string }) => err,
    );
  const before = await run('status');
  expect(before).toMatchObject({ code: 1, stdout: expect.stringContaining('10 not under k2') });
  const { stdout } = await run('rotate');
  expect(stdout).toContain('rotated 10, sealed: 10 under k2');
  expect(stdout).toContain('every secret is under k2: the other keys may go');
  expect(await run()).toMatchObject({ code: 2 });
});

test('finds sealed texts wherever they stand, and nothing else', () => {
  const sealed = old.seal({ tenant: 't', collection: 'c', id: '1', field: 'f' }, 'x');
  const document = {
    _id: 1,
    at: new Date(0),
    a: null,
    b: [{ c: sealed }, 'v1.k1.x'],
    d: { e: sealed },
    f: Buffer.alloc(3),
  };
  expect(sealedIn(document).map(({ path }) => path)).toEqual(['b.0.c', 'd.e']);
});
