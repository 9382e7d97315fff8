import { until } from '@crossdock/stack/until';
import type { Case } from './cases.ts';
import type { DoomedWorld } from './doomed-world.ts';
import { judge } from './judge.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { insist, type Subject } from './subject.ts';
import type { Verdict } from './verdict.ts';
import type { Shot, Volley } from './volleys.ts';

/** A subject of a case, and what came of it. */
export interface Outcome extends Verdict {
  case: Case;
  /** Whether it stood at the point when its process died. */
  stood: boolean;
  /** How long nobody wrote anything on it after the death; null: nothing was left to write. */
  seconds: number | null;
}

interface Aim extends Shot {
  prepared: Subject[];
}

const PREPARED_AT_ONCE = 10;
const REST_LIMIT_MS = 60_000;

/**
 * One death after the other, while what the deaths before left is still being made good: so a successor may die too. In the
 * end all must be in step. `round` decides at which passing of a failpoint.
 */
export async function dieAtEach(
  world: DoomedWorld,
  volleys: Volley[],
  { round = 0, patienceMs = 60_000 }: { round?: number; patienceMs?: number } = {},
): Promise<Outcome[]> {
  const wanted = volleys.flatMap(({ shots }) => shots.flatMap((shot) => Array<Shot>(shot.subjects).fill(shot)));
  const all = await inTurn(wanted, (shot) => scenarioOf(shot.case).prepare(world));
  const left = [...all];
  const deaths: Omit<Outcome, 'seconds' | 'lost' | 'twice'>[] = [];
  const diedAt: number[] = [];
  const aftermaths: Promise<unknown>[] = [];
  for (const { service, shots } of volleys) {
    const aims = shots.map((shot): Aim => ({ ...shot, prepared: left.splice(0, shot.subjects) }));
    await answering(world, all[0]!);
    const { at, stood, after } = await dieOnce(world, service, aims, round);
    for (const { case: each, prepared } of aims)
      prepared.forEach((_, n) => {
        deaths.push({ case: each, stood: n < (stood[each.point] ?? 0) });
        diedAt.push(at);
      });
    aftermaths.push(...after);
  }
  await Promise.all(aftermaths);
  const verdicts = await judge(world, all, patienceMs);
  return deaths.map((death, n) => ({
    ...death,
    seconds: world.writes.secondsTo(world.stack.databaseOf(death.case.service), verdicts[n]!.ids, diedAt[n]!),
    lost: verdicts[n]!.lost,
    twice: verdicts[n]!.twice,
  }));
}

async function dieOnce(
  world: DoomedWorld,
  service: Volley['service'],
  aims: Aim[],
  round: number,
): Promise<{ at: number; stood: Record<string, number>; after: Promise<unknown>[] }> {
  const plant = aims[0]!.case.plant;
  if (plant !== undefined) await atRest(world);
  const stands = aims.map(({ case: { point, hits }, subjects: count }) => ({
    point,
    hit: 1 + (round % hits) * count,
    count,
  }));
  const died = world.order(service, { stands, signal: plant === undefined ? 'SIGKILL' : 'SIGSTOP' });
  const subjects = aims.flatMap((aim) => aim.prepared.map((subject) => ({ subject, scenario: scenarioOf(aim.case) })));
  const acting = Promise.all(subjects.map(({ subject, scenario }) => scenario.act(world, subject)));
  acting.catch(() => undefined);
  const death = await died();
  if (plant !== undefined && death !== null) {
    await plant(world, aims[0]!.prepared[0]!);
    process.kill(death.pid, 'SIGKILL');
  }
  await acting;
  const after = subjects.map(({ subject, scenario }) => scenario.after?.(world, subject) ?? Promise.resolve());
  for (const each of after) each.catch(() => undefined);
  return { at: death?.at ?? Date.now(), stood: death?.stood ?? {}, after };
}

const scenarioOf = ({ scenario }: Case): Scenario => SCENARIOS[scenario];

/** Both services serve those who call them; their part in Kafka comes back later. */
async function answering({ admin }: DoomedWorld, { connectorId }: Subject): Promise<void> {
  await insist(() => admin.get(`/${connectorId}`), 200, 404);
  await insist(() => admin.get(`/${connectorId}/sync/tasks`), 200, 404);
}

/** Nothing of before comes to a point any more: who stands there stands for the subject of its own case. */
async function atRest({ database }: DoomedWorld): Promise<void> {
  const connectors = database('connector-registry').collection('connectors');
  const tasks = database('sync-orchestrator').collection('sync_tasks');
  const untold = { 'outbox.0': { $exists: true } };
  const live = { status: { $in: ['queued', 'running'] } };
  await until(
    async () => (await connectors.countDocuments(untold)) + (await tasks.countDocuments({ $or: [untold, live] })) === 0,
    { timeoutMs: REST_LIMIT_MS, everyMs: 100, what: 'rest' },
  );
}

/** A few at a time, in their order. */
async function inTurn<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const next = items.entries();
  const workers = Array.from({ length: PREPARED_AT_ONCE }, async () => {
    for (const [n, item] of next) results[n] = await work(item);
  });
  await Promise.all(workers);
  return results;
}
