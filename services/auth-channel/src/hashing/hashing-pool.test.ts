import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DECOY_HASH } from './decoy.ts';
import { hashingPool } from './hashing-pool.ts';

const pool = hashingPool({ threads: 1, maxWaiting: 3 });

beforeAll(() => pool.start());
afterAll(() => pool.stop());

test('a password is stored as argon2id and verified against it', async () => {
  const hash = await pool.hash('correct horse');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await pool.verify(hash, 'correct horse')).toBe(true);
  expect(await pool.verify(hash, 'correct  horse')).toBe(false);
});

test('the decoy costs what a real hash costs, and opens to nothing', async () => {
  const costs = (hash: string) => hash.split('$').slice(0, 4).join('$');
  expect(costs(DECOY_HASH)).toBe(costs(await pool.hash('anything')));
  expect(await pool.verify(DECOY_HASH, '')).toBe(false);
});

test('a full queue refuses at once and says when to come back; what waits is still done', async () => {
  const settled = await Promise.allSettled(Array.from({ length: 10 }, (_, at) => pool.hash(`secret ${at}`)));
  const done = settled.filter(({ status }) => status === 'fulfilled');
  const refused = settled.filter((result) => result.status === 'rejected').map((result) => result.reason as unknown);
  expect(done).toHaveLength(4);
  expect(refused).toHaveLength(6);
  for (const reason of refused) expect(reason).toMatchObject({ kind: 'too_many', retryAfterMs: 1_000 });
});

test('a broken hash fails its own call alone', async () => {
  await expect(pool.verify('not a hash', 'x')).rejects.toThrow();
  expect(await pool.verify(await pool.hash('x'), 'x')).toBe(true);
});

test('the loop keeps turning while passwords are hashed', async () => {
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 1);
  await Promise.all([pool.hash('a'), pool.hash('b'), pool.hash('c'), pool.hash('d')]);
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(4);
});
