import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Child, commandLineOf, type Exit, spawnChild } from './processes.ts';
import { supervise, type Supervised } from './supervisor.ts';
import { until } from './until.ts';

const STAYS = 'setInterval(() => {}, 1000)';
const STUBBORN = `process.on('SIGTERM', () => {}); console.log('up'); ${STAYS}`;

const logFile = join(mkdtempSync(join(tmpdir(), 'supervisor-')), 'log');

const childRunning = (script: string) => (): Promise<Child> =>
  spawnChild({ command: process.execPath, args: ['-e', script], cwd: tmpdir(), env: process.env, logFile });

interface Watched extends AsyncDisposable {
  service: Supervised;
  started: number[];
  ended: { exit: Exit; delayMs: number }[];
}

async function watch(script: string): Promise<Watched> {
  const started: number[] = [];
  const ended: Watched['ended'] = [];
  const service = await supervise({
    start: childRunning(script),
    onStart: (pid) => started.push(pid),
    onEnd: (_pid, exit, delayMs) => ended.push({ exit, delayMs }),
  });
  return { service, started, ended, [Symbol.asyncDispose]: () => service.stop(100) };
}

test('a killed process comes back as another one, and that is told', async () => {
  await using watched = await watch(STAYS);
  const first = watched.service.pid();
  process.kill(first, 'SIGKILL');
  await until(() => watched.started.length === 2);
  expect(watched.service.pid()).not.toBe(first);
  expect(commandLineOf(watched.service.pid())).toContain('setInterval');
  expect(watched.ended).toEqual([{ exit: { code: null, signal: 'SIGKILL' }, delayMs: 200 }]);
  expect(watched.service.failures()).toBe(0);
});

test('one that ends again and again is started ever later, and its failures are counted', async () => {
  await using watched = await watch('process.exit(7)');
  await until(() => watched.ended.length === 3);
  expect(watched.ended.map(({ delayMs }) => delayMs)).toEqual([200, 400, 800]);
  expect(watched.ended[0]?.exit.code).toBe(7);
  expect(watched.service.failures()).toBe(3);
});

test('a stopped one stays away, also when it stops during the wait for its next start', async () => {
  const steady = await watch(STAYS);
  const pid = steady.service.pid();
  await steady.service.stop(1_000);
  expect(commandLineOf(pid)).toBeNull();
  expect(steady.ended).toEqual([]);

  const falling = await watch('process.exit(1)');
  await until(() => falling.ended.length === 1);
  await falling.service.stop(1_000);
  expect(falling.started).toHaveLength(1);
});

test('who does not mind SIGTERM is killed when the grace time is over', async () => {
  const child = await childRunning(STUBBORN)();
  await child.stop(300);
  expect(await child.exited).toEqual({ code: null, signal: expect.stringMatching(/SIG(KILL|TERM)/) });
  expect(commandLineOf(child.pid)).toBeNull();
});
