import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Task, WatchTaskResponse } from '@crossdock/contracts/grpc/sync-orchestrator';
import { startOrchestrator } from './orchestrator.ts';

const demo = { tenant: 'demo', actor: 'user:1' };
const SHOP = '90001';

let service: Awaited<ReturnType<typeof startOrchestrator>>;
beforeAll(async () => void (service = await startOrchestrator(450)), 60_000);
afterAll(() => service[Symbol.asyncDispose]());

async function start(): Promise<string> {
  const request = { connectorId: service.connectorId, syncType: 'products', mode: 'full', since: undefined };
  const { task } = await service.sync.startSync({ ...request, idempotencyKey: '', bodyHash: '' }, demo);
  return task!.id;
}

const watch = (taskId: string, signal?: AbortSignal) =>
  service.sync.watchTask({ connectorId: service.connectorId, taskId }, { ...demo, ...(signal && { signal }) });

async function all(stream: AsyncIterable<WatchTaskResponse>): Promise<{ versions: string[]; tasks: Task[] }> {
  const told = await Array.fromAsync(stream);
  return { versions: told.map(({ version }) => version), tasks: told.map(({ task }) => task!) };
}

test('a watched task is told as it stands, then once a change, last as it ended', async () => {
  const id = await start();
  const { versions, tasks } = await all(watch(id));
  expect(new Set(versions).size).toBe(versions.length);
  expect(tasks.at(-1)).toMatchObject({ id, status: 'completed', progress: { total: 450, synced: 450 } });
  expect(tasks.slice(0, -1).filter(({ status }) => status !== 'queued' && status !== 'running')).toEqual([]);
  const synced = tasks.map(({ progress }) => progress!.synced);
  expect(synced).toEqual(synced.toSorted((a, b) => a - b));
  // Over: told at once, under the same name.
  expect(await all(watch(id))).toEqual({ versions: versions.slice(-1), tasks: tasks.slice(-1) });
});

test('many watch at once, some leave, and everybody else hears of the end', async () => {
  await service.control.putShop('tmall', SHOP, { frozen: true });
  const id = await start();
  const leaving = new AbortController();
  const [left, stayed] = [leaving.signal, undefined].map((signal) =>
    Array.from({ length: 20 }, () => watch(id, signal)),
  );
  const firsts = await Promise.all([...left!, ...stayed!].map((stream) => stream.next()));
  expect(firsts.every(({ value }) => (value as WatchTaskResponse).task?.id === id)).toBe(true);
  const ends = Promise.all(stayed!.map(all));
  leaving.abort();
  for (const stream of left!) await all(stream);
  await service.sync.cancelTask({ connectorId: service.connectorId, taskId: id }, demo);
  const last = (await ends).map(({ tasks }) => tasks.at(-1)?.status);
  expect(last).toEqual(Array.from({ length: 20 }, () => 'cancelled'));
  await service.control.putShop('tmall', SHOP, { frozen: false });
});

test('another tenant’s task, or none, is not found', async () => {
  const id = await start();
  const other = { tenant: 'other', actor: 'user:2' };
  const request = { connectorId: service.connectorId, taskId: id };
  await expect(all(service.sync.watchTask(request, other))).rejects.toMatchObject({ kind: 'not_found' });
  await expect(all(watch(service.connectorId))).rejects.toMatchObject({ kind: 'not_found' });
  await service.sync.cancelTask(request, demo);
});
