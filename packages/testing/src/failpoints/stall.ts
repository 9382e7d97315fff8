import { until } from '@crossdock/stack/until';
import type { DoomedWorld } from './doomed-world.ts';
import { rowsOf } from './facts.ts';
import { judge } from './judge.ts';
import { isLive, quiet, syncedOnce, tasksOf, trigger, type Subject, type TaskRow } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** Where a holder stands still: right before the write that a stale one must not make. */
export const STALLS = [
  'sync.rows-decided',
  'sync.rows-written',
  'sync.page-stored',
  'sync.rows-stored',
  'sync.rows-settled',
  'sync.checkpointed',
  'sync.stream-completed',
];

/** What a holder wrote that had stood still past its lease, and whether all is well without it. */
export interface Stalled extends Verdict {
  overwritten: number;
  checkpointsAndEndings: number;
  takeoverSeconds: number | null;
}

const SHOP = 'tmall';
/** So slow that all are under way when one of them comes to the point. */
const SLOW_MS = 1_500;
/** Nobody else takes it before it goes on. */
const LEASE_MS = 60_000;

/**
 * The tasks of several shops in the hands of a process that stands still while another one takes them over; then it goes on.
 * Nothing filters its writes on one more shop, so that the checker has something to notice.
 */
export async function stall(
  world: DoomedWorld,
  { point, shops }: { point: string; shops: number },
): Promise<{ unfiltered: Stalled; stalled: Stalled[] }> {
  const subjects = await Promise.all(Array.from({ length: 1 + shops }, () => changedShop(world, SLOW_MS)));
  for (const subject of subjects) await trigger(world, subject);
  const begun = (task: TaskRow) => !isLive(task) || task.fence !== null;
  await until(async () => (await newTasks(world, subjects)).every(begun), { what: 'tasks in hand' });
  const stopped = await world.order('sync-orchestrator', {
    stands: [{ point, hit: 1, count: 1 }],
    signal: 'SIGSTOP',
  })();
  if (stopped === null) throw new Error(`nobody came to ${point}`);
  const { pid, at } = stopped;

  const held = await newTasks(world, subjects);
  for (const subject of subjects) await change(world, subject, 0);
  const successor = await world.stack.another('sync-orchestrator');
  for (const subject of subjects) await quiet(world, subject);
  await until(async () => (await newTasks(world, subjects)).every(({ outbox }) => outbox.length === 0));
  const before = await stateOf(world, subjects);
  await giveBack(world, held[0]!);

  process.kill(pid, 'SIGCONT');
  await until(async () => (await fetch(`${world.stack.ops('sync-orchestrator')}/livez`)).ok, { what: 'its going on' });
  // It ends only after all it had in hand.
  process.kill(pid, 'SIGTERM');
  await world.serving('sync-orchestrator', pid);
  const after = await stateOf(world, subjects);
  await successor.stop(20_000);
  for (const subject of subjects) await quiet(world, subject);

  const takeovers = held.map(({ _id }) =>
    world.writes.secondsTo(world.stack.databaseOf('sync-orchestrator'), [_id], at),
  );
  for (const subject of subjects) await trigger(world, subject, 'incremental');
  const verdicts = await judge(world, subjects, 60_000);
  const [unfiltered, ...stalled] = verdicts.map(({ lost, twice }, n) => ({
    lost,
    twice,
    overwritten: differences(before[n]!.rows, after[n]!.rows),
    checkpointsAndEndings: differences(before[n]!.tasks, after[n]!.tasks),
    takeoverSeconds: takeovers[n]!,
  }));
  return { unfiltered: unfiltered!, stalled };
}

async function changedShop(world: DoomedWorld, latencyMs: number): Promise<Subject> {
  const subject = await syncedOnce(world);
  await change(world, subject, latencyMs);
  return subject;
}

async function change({ platform }: DoomedWorld, { shopId }: Subject, latencyMs: number): Promise<void> {
  await platform.mutate(SHOP, { shop_id: shopId, entity: 'products', op: 'update', count: 300 });
  await platform.putShop(SHOP, shopId, { latency_ms: latencyMs });
}

/** The task last asked for of each. */
async function newTasks(world: DoomedWorld, subjects: Subject[]): Promise<TaskRow[]> {
  const ids = subjects.map(({ connectorId }) => connectorId);
  const all = new Map((await tasksOf(world, ids)).map((task) => [task._id, task]));
  return subjects.map(({ asked }) => all.get(asked.at(-1)!)!);
}

const stateOf = (world: DoomedWorld, subjects: Subject[]) =>
  Promise.all(
    subjects.map(async ({ connectorId }) => ({
      tasks: await tasksOf(world, [connectorId]),
      rows: await rowsOf(world, connectorId),
    })),
  );

function differences(before: { _id: string }[], after: { _id: string }[]): number {
  const known = new Map(before.map((row) => [row._id, JSON.stringify(row)]));
  return after.filter((row) => known.get(row._id) !== JSON.stringify(row)).length;
}

/** As if nothing filtered the writes of whoever held it before. */
async function giveBack({ database }: DoomedWorld, { _id, ...held }: TaskRow): Promise<void> {
  const db = database('sync-orchestrator');
  const task = { ...held, status: 'running', leaseUntil: new Date(Date.now() + LEASE_MS) };
  await db.collection<{ _id: string }>('sync_tasks').replaceOne({ _id }, task);
  await db.collection('products').updateMany({ connectorId: held.connectorId }, { $set: { guard: 0 } });
}
