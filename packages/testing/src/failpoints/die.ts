import type { Case } from './cases.ts';
import type { DoomedWorld } from './doomed-world.ts';
import { judge } from './judge.ts';
import { SCENARIOS } from './scenarios.ts';
import { insist, type Subject } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** A case, what came of it, and how long nobody wrote anything on it after the death (null: nothing was left to write). */
export interface Outcome extends Verdict {
  case: Case;
  seconds: number | null;
}

const PREPARED_AT_ONCE = 10;

/**
 * One death after the other, each in a scenario of its own, while what the deaths before left is still being made good:
 * so a successor may die too. In the end all must be in step. `round` decides at which passing of a failpoint.
 */
export async function dieAtEach(
  world: DoomedWorld,
  cases: Case[],
  { round = 0, patienceMs = 60_000 }: { round?: number; patienceMs?: number } = {},
): Promise<Outcome[]> {
  const subjects = await inTurn(cases, (each) => SCENARIOS[each.scenario].prepare(world));
  const diedAt: number[] = [];
  const aftermaths: Promise<unknown>[] = [];
  for (const [n, each] of cases.entries()) {
    const subject = subjects[n]!;
    await answering(world, subjects[0]!);
    const { at, after } = await dieOnce(world, each, subject, round);
    diedAt.push(at);
    aftermaths.push(after);
  }
  await Promise.all(aftermaths);
  const verdicts = await judge(world, subjects, patienceMs);
  return cases.map((each, n) => ({
    case: each,
    seconds: world.writes.secondsTo(world.stack.databaseOf(each.service), verdicts[n]!.ids, diedAt[n]!),
    lost: verdicts[n]!.lost,
    twice: verdicts[n]!.twice,
  }));
}

async function dieOnce(
  world: DoomedWorld,
  { scenario: name, hits, plant, ...place }: Case,
  subject: Subject,
  round: number,
): Promise<{ at: number; after: Promise<unknown> }> {
  const scenario = SCENARIOS[name];
  const died = world.order({ ...place, hit: 1 + (round % hits), signal: plant === undefined ? 'SIGKILL' : 'SIGSTOP' });
  const acting = scenario.act(world, subject);
  acting.catch(() => undefined);
  const { pid, at } = await died();
  if (plant !== undefined) {
    await plant(world, subject);
    process.kill(pid, 'SIGKILL');
  }
  await acting;
  const after = 'after' in scenario ? scenario.after(world, subject) : Promise.resolve();
  after.catch(() => undefined);
  return { at, after };
}

/** Both services serve those who call them; their part in Kafka comes back later. */
async function answering({ admin }: DoomedWorld, { connectorId }: Subject): Promise<void> {
  await insist(() => admin.get(`/${connectorId}`), 200, 404);
  await insist(() => admin.get(`/${connectorId}/sync/tasks`), 200, 404);
}

/** A few at a time, in their order. */
async function inTurn<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let n = 0; n < items.length; n += PREPARED_AT_ONCE)
    results.push(...(await Promise.all(items.slice(n, n + PREPARED_AT_ONCE).map(work))));
  return results;
}
