import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { cached } from './cache.ts';

const newCache = () => mkdtempSync(join(tmpdir(), 'cache-'));

test('two runs that miss the same thing both get it whole, and nothing else stays', async () => {
  const cache = newCache();
  const both = Promise.withResolvers<void>();
  let filling = 0;
  const fill = async (folder: string) => {
    filling += 1;
    if (filling === 2) both.resolve();
    await both.promise;
    writeFileSync(join(folder, 'jar'), 'whole');
  };
  const folders = await Promise.all([cached(cache, 'kafka', fill), cached(cache, 'kafka', fill)]);
  expect(folders.map((folder) => readFileSync(join(folder, 'jar'), 'utf8'))).toEqual(['whole', 'whole']);
  expect(readdirSync(cache)).toEqual(['kafka']);
});

test('a download that fails leaves nothing that looks finished', async () => {
  const cache = newCache();
  const failing = cached(cache, 'kafka', async (folder) => {
    writeFileSync(join(folder, 'half'), '');
    throw new Error('cut off');
  });
  await expect(failing).rejects.toThrow('cut off');
  expect(readdirSync(cache)).toEqual([]);
  const refilled = await cached(cache, 'kafka', async (folder) => writeFileSync(join(folder, 'jar'), ''));
  expect(readdirSync(refilled)).toEqual(['jar']);
});
