import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { commandLineOf } from './processes.ts';
import { claimDirectory, isAbandoned } from './run-directory.ts';

const MARKER = 'run-directory.test.ts';
const idle: ChildProcess[] = [];

afterEach(() => {
  for (const child of idle.splice(0)) child.kill('SIGKILL');
});

/** A process that does nothing, with `marker` in its command line. */
async function idler(marker: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', marker]);
  idle.push(child);
  await once(child, 'spawn');
  return child.pid as number;
}

async function gone(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid as number;
}

function directoryLeftBy(
  launcher: { pid: number; marker: string },
  children: { pid: number; marker: string }[] = [],
): string {
  const path = mkdtempSync(join(tmpdir(), 'run-'));
  writeFileSync(join(path, 'pids.json'), JSON.stringify({ launcher, children }));
  return path;
}

test('a claim ends what a killed launcher left behind', async () => {
  const marker = 'left-behind-service';
  const child = await idler(marker);
  const path = directoryLeftBy({ pid: await gone(), marker: MARKER }, [{ pid: child, marker }]);
  expect(isAbandoned(path)).toBe(true);
  await claimDirectory(path, MARKER);
  expect(commandLineOf(child)).toBeNull();
});

test('a number that a stranger uses by now is left alone', async () => {
  const stranger = await idler('somebody-else');
  const path = directoryLeftBy({ pid: stranger, marker: 'start.ts' }, [
    { pid: stranger, marker: 'services/gateway/src/main.ts' },
  ]);
  await claimDirectory(path, MARKER);
  expect(commandLineOf(stranger)).toContain('somebody-else');
});

test('a directory whose launcher lives is refused with its number', async () => {
  const launcher = await idler('the-other-launcher');
  const path = directoryLeftBy({ pid: launcher, marker: 'the-other-launcher' });
  expect(isAbandoned(path)).toBe(false);
  await expect(claimDirectory(path, MARKER)).rejects.toThrow(`Process ${launcher} works in the same folder`);
});

test('a released directory holds no file of processes', async () => {
  const path = mkdtempSync(join(tmpdir(), 'run-'));
  const run = await claimDirectory(path, MARKER);
  run.add(1, 'x');
  expect(existsSync(join(path, 'pids.json'))).toBe(true);
  run.release();
  expect(existsSync(join(path, 'pids.json'))).toBe(false);
});
