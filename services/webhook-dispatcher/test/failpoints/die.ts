import { until } from '@crossdock/testing';
import { as } from '../stage.ts';
import type { Case } from './cases.ts';
import { type Doomed, insist } from './doomed.ts';
import { HEALING, type Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Subject } from './subject.ts';
import { judge, type Verdict } from './verdict.ts';

/** A case and what came of it. */
export interface Outcome extends Verdict {
  case: Case;
}

interface Deaths {
  /** Decides at which passing of a failpoint. */
  round?: number;
  patienceMs?: number;
}

/**
 * One death after the other, each in a scenario of its own, while what the deaths before left is still being made good:
 * so a successor may die too. In the end all must be in step.
 */
export async function dieAtEach(
  world: Doomed,
  cases: Case[],
  { round = 0, patienceMs = 180_000 }: Deaths = {},
): Promise<Outcome[]> {
  const subjects = await Promise.all(cases.map((each) => SCENARIOS[each.scenario].prepare(world)));
  const aftermaths: Promise<unknown>[] = [];
  for (const [n, each] of cases.entries()) {
    const subject = subjects[n]!;
    await answering(world, subject);
    await dieOnce(world, each, subject, round);
    const { after }: Scenario = SCENARIOS[each.scenario];
    aftermaths.push(after?.(world, subject) ?? Promise.resolve());
    aftermaths.at(-1)?.catch(() => undefined);
  }
  await Promise.all(aftermaths);
  const verdicts = await judge(world, subjects, patienceMs);
  return cases.map((each, n) => ({ case: each, ...verdicts[n]! }));
}

async function dieOnce(world: Doomed, { point, scenario, hits, plant }: Case, subject: Subject, round: number) {
  if (plant !== undefined) await atRest(world);
  const signal = plant === undefined ? 'SIGKILL' : 'SIGSTOP';
  const died = world.service.order({ point, hit: 1 + (round % hits), signal });
  const acting = SCENARIOS[scenario].act(world, subject);
  acting.catch(() => undefined);
  await died();
  if (plant !== undefined) {
    await plant(world, subject);
    await world.service.end('SIGKILL');
  }
  await acting;
}

/** Nothing of before comes to a point any more: who stands there stands for the subject of its own case. */
async function atRest({ theatre: { db } }: Doomed): Promise<void> {
  const untold = { 'outbox.0': { $exists: true } };
  const counts = () =>
    Promise.all([
      db.collection('endpoints').countDocuments(untold),
      db.collection('recoveries').countDocuments(untold),
      db.collection('deliveries').countDocuments({ $or: [untold, { status: 'pending' }] }),
    ]);
  await until(async () => (await counts()).every((count) => count === 0), { ...HEALING, what: 'rest' });
}

/** It serves those who call it; its part in Kafka comes back later. */
const answering = ({ api }: Doomed, { connectorId }: Subject) =>
  insist(() => api().endpoints.listEndpoints({ connectorId, page: 1, pageSize: 1 }, as()));

/** A line per failpoint and scenario. */
export function tableOf(outcomes: Outcome[]): string {
  const line = (name: string, columns: (string | number)[]) =>
    name.padEnd(64) + columns.map((column) => String(column).padStart(10)).join('');
  const groups = Map.groupBy(outcomes, ({ case: { point, scenario } }) => `${point} · ${scenario}`);
  const lines = [...groups].map(([name, group]) => {
    const sum = (of: (outcome: Outcome) => number) => group.reduce((total, each) => total + of(each), 0);
    const wrong = [sum(({ lost }) => lost.length), sum(({ twice }) => twice.length)];
    return line(name, [group.length, ...wrong, sum(({ repeated }) => repeated)]);
  });
  return [line('failpoint · scenario', ['deaths', 'lost', 'twice', 'repeated']), ...lines].join('\n');
}
