import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bundled(name: string): Promise<string> {
  const out = join(folder, name);
  await run(process.execPath, [join(import.meta.dirname, '../src/bundle.ts'), name, out]);
  return out;
}

/** What a program says that is started with nothing in its environment. */
const lastWords = (out: string): Promise<string> =>
  run(process.execPath, ['main.js'], { cwd: out, env: {} }).then(
    () => 'it ended well',
    ({ stderr }: { stderr: string }) => stderr,
  );

test('a bundled service finds everything it imports far from the sources, its threads beside it', async () => {
  const out = await bundled('auth-channel');
  expect(await lastWords(out)).toMatch(/^auth-channel cannot start:\n.*MONGODB_URI is missing/s);
  await run(process.execPath, ['worker.js'], { cwd: out });
}, 60_000);

test('a bundle that needs no package beside it has none', async () => {
  const out = await bundled('sandbox');
  expect(existsSync(join(out, 'main.js'))).toBe(true);
  expect(existsSync(join(out, 'node_modules'))).toBe(false);
}, 60_000);

test('a program that does not exist is refused with those that do', async () => {
  await expect(bundled('billing')).rejects.toThrow(/There is no billing: a service's name, or sandbox, tour\./);
});
