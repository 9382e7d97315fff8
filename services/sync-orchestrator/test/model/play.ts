import type { Event } from '@crossdock/contracts';
import { newId, PlatformError } from '@crossdock/kernel';
import type { SyncTask } from '../../src/domain/sync-task.ts';
import { TENANT, type Engine, type Over } from '../engine.ts';
import { type ScriptedSource } from '../scripted-source.ts';
import { chance, type Chance } from './chance.ts';
import { consumer } from './consumer.ts';
import { mortal } from './mortal.ts';

/** A mistake planted in the engine, to see whether the checker notices. */
export interface Bug {
  /** What workers do otherwise. */
  over?(run: Engine): Over;
  /** What comes out instead of the events published. */
  publish?(events: Event[]): Event[];
}

const IDS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
const STEPS = 40;
/** Right before these a stall is the most dangerous. */
const TELLING = ['write', 'write', 'checkpoint', 'end', 'complete', 'wait', 'raiseGuard'];
const LAST_ROUNDS = 60;
const isLive = ({ status }: SyncTask): boolean => status === 'queued' || status === 'running';

/**
 * Random changes at the platform, triggers, cancels, reviews, deaths, stalls, faults and leaps of time; then peace,
 * and everything must be in step. Answers what is wrong: nothing, unless there is a mistake.
 */
export async function play(run: Engine, platform: ScriptedSource, seed: number, bug: Bug = {}): Promise<string[]> {
  const random = chance(seed);
  const connectorId = newId();
  const wrong: string[] = [];
  const ended = new Map<string, SyncTask>();
  const versions = new Map<string, number>();
  const editions = new Map<string, number>();
  let edition = 0;
  const asleep: { awake(): void; working: Promise<unknown> }[] = [];
  // Every other platform is one whose pages are settled together.
  const planted: Over = { pageRows: seed % 2 === 0 ? IDS.length : 0, ...bug.over?.(run) };
  const parts = { ...run, ...planted };
  await run.forgetEvents();
  run.meddle(bug.publish);
  platform.rows.clear();
  for (const id of IDS) platform.set(id, `${id} #0`, run.clock());

  const tasks = async (): Promise<SyncTask[]> =>
    (await run.tasks.list({ tenant: TENANT, connectorId }, 0, 1_000)).items;

  async function watch(): Promise<SyncTask[]> {
    const all = await tasks();
    for (const task of all) {
      const before = ended.get(task.id);
      if (before !== undefined && JSON.stringify(outcomeOf(before)) !== JSON.stringify(outcomeOf(task)))
        wrong.push(`task ${task.kind} changed after it had ended`);
      if (!isLive(task)) ended.set(task.id, before ?? task);
    }
    for (const row of await run.rows(connectorId)) {
      const before = versions.get(row.externalId) ?? 0;
      if (row.version < before) wrong.push(`${row.externalId} went back from version ${before} to ${row.version}`);
      versions.set(row.externalId, row.version);
    }
    for (const [id, title] of await run.stored(connectorId)) {
      const edition = Number(title.split('#')[1]);
      if (edition < (editions.get(id) ?? 0)) wrong.push(`an older ${id} overwrote a newer one`);
      editions.set(id, edition);
    }
    return all;
  }

  function change(): void {
    const id = random.oneOf(IDS);
    if (random.below(4) === 0) platform.rows.delete(id);
    else platform.set(id, `${id} #${++edition}`, run.clock(), random.below(12) === 0);
  }

  async function trigger(): Promise<void> {
    const mode = random.oneOf(['full', 'full', 'incremental', 'since']);
    const since = mode === 'since' ? new Date(run.clock().getTime() - random.below(60_000)) : null;
    await run.start({ connectorId, mode: mode === 'full' ? 'full' : 'incremental', since }).catch(tooMany);
  }

  async function work(): Promise<void> {
    const fate = random.weighted({ lives: 5, dies: 4, sleeps: 2, leaves: 3 });
    if (fate === 'lives') return void (await run.work(planted));
    const anywhere = fate !== 'leaves' && random.below(2) === 0;
    const doomed = mortal(anywhere ? 1 + random.below(45) : random.oneOf(TELLING), parts, fate);
    const working = run.work({ ...planted, ...doomed.over }, doomed.leaving);
    if (fate === 'leaves') return void (await working.catch(() => undefined));
    await Promise.race([working, doomed.stopped]);
    if (fate === 'sleeps') asleep.push({ awake: doomed.awake, working });
  }

  async function review(): Promise<void> {
    const open = (await tasks()).find((task) => task.review?.decision === 'open');
    if (open === undefined) return;
    const request = { tenant: TENANT, actor: 'user:1', connectorId, taskId: open.id };
    const decide = random.below(3) === 0 ? run.reviewing.discard : run.reviewing.approve;
    await decide(request).catch(tooMany);
  }

  async function cancel(): Promise<void> {
    const live = (await tasks()).filter(isLive);
    if (live.length === 0) return;
    await run.cancelling.cancel({ tenant: TENANT, actor: 'user:1', connectorId, taskId: random.oneOf(live).id });
  }

  /** A worker falls asleep at a telling moment, somebody goes on or orders the end meanwhile, and it wakes. */
  async function overtake(): Promise<void> {
    for (let times = 0; times < 3; times++) change();
    await trigger();
    const sleeper = mortal(random.oneOf(TELLING), parts, 'sleeps');
    const working = run.work({ ...planted, ...sleeper.over });
    await Promise.race([working, sleeper.stopped]);
    if (random.below(3) === 0) await cancel();
    for (let times = 0; times < 4; times++) change();
    run.later(9_000);
    await run.work(planted);
    await run.work(planted);
    await watch();
    sleeper.awake();
    await working;
  }

  const wake = async (): Promise<void> => {
    const one = asleep.shift();
    one?.awake();
    await one?.working;
  };

  const steps: Record<string, () => Promise<void> | void> = {
    change,
    trigger,
    work,
    review,
    cancel,
    overtake,
    wake,
    later: () => run.later(1_000 + random.below(11_000)),
    muchLater: () => run.later(180_000 + random.below(400_000)),
  };
  platform.onCall(() => disturb(random, change));
  for (let step = 0; step < STEPS; step++) {
    await steps[
      random.weighted({
        change: 20,
        trigger: 14,
        work: 34,
        review: 4,
        cancel: 4,
        overtake: 10,
        wake: 5,
        later: 10,
        muchLater: 6,
      })
    ]!();
    await watch();
  }

  platform.onCall(() => {});
  while (asleep.length > 0) await wake();
  const calm = async (mode: 'incremental' | 'full'): Promise<SyncTask> => {
    const { task } = await run.start({ connectorId, mode });
    for (let round = 0; round < LAST_ROUNDS; round++) {
      run.later(10_000);
      if (!(await run.work(planted))) break;
    }
    return run.tasks.get(TENANT, connectorId, task.id) as Promise<SyncTask>;
  };
  await calm('incremental');
  await calm('incremental');
  wrong.push(...missing(platform, await run.stored(connectorId)).map((text) => `after an incremental sync ${text}`));

  let last = await calm('full');
  if (last.review !== null) {
    await run.reviewing.approve({ tenant: TENANT, actor: 'user:1', connectorId, taskId: last.id });
    last = await calm('full');
  }
  const all = await watch();
  const living = [...platform.rows.values()];
  const failed = living.filter(({ invalid }) => invalid).length;
  if (
    JSON.stringify([last.status, last.counters.synced, last.counters.failed, last.total]) !==
    JSON.stringify(['completed', living.length - failed, failed, living.length])
  )
    wrong.push(
      `the last full sync says ${JSON.stringify([last.status, last.reason, last.counters, last.total])} of ${living.length} rows`,
    );
  const stored = await run.stored(connectorId);
  wrong.push(...missing(platform, stored));
  for (const id of stored.keys()) if (!platform.rows.has(id)) wrong.push(`${id} is stored and gone at the platform`);
  for (const task of all) if (isLive(task)) wrong.push(`a ${task.kind} task never ended`);
  for (const { id, status, counters, dead } of all) {
    const listed = await run.errors.countOpen(id, dead);
    if (status === 'completed' && listed !== counters.failed)
      wrong.push(`a task lists ${listed} records that failed, and counts ${counters.failed}`);
  }
  wrong.push(...(await toldWrong(run, connectorId, all)));
  return [...new Set(wrong)];
}

const outcomeOf = ({ status, reason, counters, total, completedAt }: SyncTask) => [
  status,
  reason,
  counters,
  total,
  completedAt,
];

function tooMany(err: unknown): void {
  const { kind } = err as { kind?: string };
  if (kind !== 'too_many' && kind !== 'conflict') throw err;
}

/** A platform on a bad day: rows change while they are read, and some calls are refused. */
function disturb(random: Chance, change: () => void): void {
  if (random.below(5) === 0) change();
  if (random.below(25) === 0) throw new PlatformError('SHOP_CLOSED', 'closed', { code: 'closed' });
  if (random.below(30) === 0) throw new PlatformError('PERMANENT', 'refused', { code: 'refused' });
}

/** Rows of the platform that are not stored as they are. */
const missing = (platform: ScriptedSource, stored: Map<string, string>): string[] =>
  [...platform.rows].flatMap(([id, { title, invalid }]) =>
    invalid || stored.get(id) === title ? [] : [`${id} is stored as ${stored.get(id)} instead of ${title}`],
  );

/** What was told beside what is stored. */
async function toldWrong(run: Engine, connectorId: string, all: SyncTask[]): Promise<string[]> {
  const changes = (await run.events('records.changed')).filter(({ key }) => key === connectorId);
  const { living, contradictions: wrong } = consumer(changes);
  const rows = (await run.rows(connectorId)).filter(({ deleted }) => !deleted);
  for (const { externalId: id, version } of rows)
    if (living.get(id) !== version) wrong.push(`${id} stands at version ${version}, told was ${living.get(id)}`);
  for (const id of living.keys())
    if (!rows.some(({ externalId }) => externalId === id)) wrong.push(`${id} is gone and nobody was told`);
  const completed = await run.events('sync.completed');
  for (const task of all.filter((each) => !isLive(each))) {
    const told = completed.filter(({ subject }) => subject === task.id);
    const ids = new Set(told.map(({ id }) => id));
    if (ids.size !== 1) wrong.push(`a ${task.status} ${task.kind} task was told ${ids.size} times`);
    const { status, progress } = (told[0]?.data ?? {}) as { status?: string; progress?: object };
    const expected = { total: task.total, ...task.counters };
    if (ids.size === 1 && (status !== task.status || JSON.stringify(progress) !== JSON.stringify(expected)))
      wrong.push(
        `a task ended as ${task.status} ${JSON.stringify(expected)} and was told as ${status} ${JSON.stringify(progress)}`,
      );
  }
  return wrong;
}
