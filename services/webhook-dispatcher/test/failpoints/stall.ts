import { until } from '@crossdock/testing';
import type { Doomed } from './doomed.ts';
import { callsOf, IN_FLIGHT, type Scenario } from './scenario.ts';
import { type ScenarioName, SCENARIOS } from './scenarios.ts';
import type { Subject } from './subject.ts';
import { factsOf, judge, type Verdict } from './verdict.ts';

const AMID_CALLS = 'calls under way';

/** Where a holder stands still: what it then goes on with is no longer its own. */
export const STALLS: { point: string; scenario: ScenarioName }[] = [
  { point: 'dispatcher.attempts.stored', scenario: 'refused at first' },
  { point: AMID_CALLS, scenario: 'refused late' },
  { point: 'dispatcher.deliveries.claimed', scenario: 'tests' },
  { point: 'dispatcher.intake.stored', scenario: 'events' },
  { point: 'dispatcher.recovery.sent', scenario: 'recovery' },
  { point: 'dispatcher.probe.taken', scenario: 'probe' },
  { point: 'dispatcher.endpoint.disabled', scenario: 'farewell' },
  { point: 'dispatcher.recovery.claimed', scenario: 'recovery' },
];

/** What a holder wrote that had stood still past its lease, and whether all is well without it. */
export interface Stalled extends Verdict {
  point: string;
  /** What stood there, and what stands there now. */
  overwritten: string[];
  takeoverSeconds: number;
}

const PATIENCE_MS = 180_000;

/** What nothing filters is of one endpoint alone, so that the checker has something to notice; null where nothing is left to write. */
export interface Stall {
  unfiltered: Stalled | null;
  stalled: Stalled[];
}

/** Several endpoints' deliveries in the hand of a process that stands still while another one takes them over; then it goes on. */
export async function stall(
  world: Doomed,
  { point, scenario: name }: (typeof STALLS)[number],
  endpoints: number,
): Promise<Stall> {
  const scenario: Scenario = SCENARIOS[name];
  const subjects = await Promise.all(Array.from({ length: endpoints }, () => scenario.prepare(world)));
  const stopped =
    point === AMID_CALLS ? stoppedAmidCalls(world, subjects) : world.service.order({ point, signal: 'SIGSTOP' });
  const acting = subjects.map((subject) => scenario.act(world, subject));
  for (const each of acting) each.catch(() => undefined);
  const { pid, at } = await stopped();
  const holders = await workersOf(world);
  const unsettled = await unsettledOf(world, holders);

  const successor = await world.another();
  await until(() => isTakenOver(world, holders), { timeoutMs: PATIENCE_MS, what: 'a takeover' });
  const takeoverSeconds = (Date.now() - at) / 1_000;
  await Promise.all(acting);
  for (const subject of subjects) await scenario.after?.(world, subject);
  await judge(world, subjects, PATIENCE_MS);
  await successor[Symbol.asyncDispose]();

  if (unsettled !== null) await giveBack(world, unsettled);
  const before = await stateOf(world, subjects);
  process.kill(pid, 'SIGCONT');
  // It ends only after all it had in hand.
  await world.service.end('SIGTERM');
  const after = await stateOf(world, subjects);

  const isControl = ({ endpointId }: Subject) => endpointId === unsettled?.endpointId;
  const verdicts = await judge(
    world,
    subjects.filter((subject) => !isControl(subject)),
    PATIENCE_MS,
  );
  const stalledOf = (subject: Subject, verdict: Verdict): Stalled => ({
    ...verdict,
    point,
    takeoverSeconds,
    overwritten: differences(before.get(subject)!, after.get(subject)!),
  });
  const control = subjects.find(isControl);
  return {
    unfiltered: control === undefined ? null : stalledOf(control, { lost: [], twice: [], repeated: 0 }),
    stalled: subjects.filter((subject) => !isControl(subject)).map((subject, n) => stalledOf(subject, verdicts[n]!)),
  };
}

const stoppedAmidCalls = (world: Doomed, subjects: Subject[]) => async () => {
  const isAmid = () => subjects.every((subject) => callsOf(world, subject).length === IN_FLIGHT);
  await until(isAmid, { timeoutMs: PATIENCE_MS, everyMs: 5, what: 'calls under way' });
  const pid = world.service.pid();
  process.kill(pid, 'SIGSTOP');
  return { pid, at: Date.now() };
};

/** The names that deliveries may be held under now. */
async function workersOf({ theatre }: Doomed): Promise<string[]> {
  const rows = await theatre.db.collection<{ _id: string }>('workers').find().toArray();
  return rows.map(({ _id }) => _id);
}

/** These leases are gone, and so is all that was held under them. */
async function isTakenOver(world: Doomed, holders: string[]): Promise<boolean> {
  const living = new Set(await workersOf(world));
  const held = { holder: { $in: holders } };
  return (
    !holders.some((name) => living.has(name)) &&
    (await world.theatre.db.collection('deliveries').countDocuments(held)) === 0
  );
}

type Rows = Map<string, string>;

/** Endpoints, deliveries, recoveries and attempts as they stand, by id. */
async function stateOf(world: Doomed, subjects: Subject[]): Promise<Map<Subject, Rows>> {
  const { endpoints, deliveries, recoveries } = await factsOf(world, subjects);
  const states = subjects.map(async (subject) => {
    const mine = deliveries.filter(({ endpointId }) => endpointId === subject.endpointId);
    const attempts = await Promise.all(mine.map(({ _id }) => world.stores.attempts.of(_id)));
    const rows = [
      ...endpoints.filter(({ _id }) => _id === subject.endpointId),
      ...mine,
      ...recoveries.filter(({ endpointId }) => endpointId === subject.endpointId),
      ...attempts.flat().map((attempt) => ({ ...attempt, _id: `${attempt.deliveryId}:${attempt.number}` })),
    ];
    return [subject, new Map(rows.map((row) => [row._id, JSON.stringify(row)]))] as const;
  });
  return new Map(await Promise.all(states));
}

/** What stood there and is another now; that an attempt came late and took a number of its own is none. */
const differences = (before: Rows, after: Rows): string[] =>
  [...before].flatMap(([id, text]) => (after.get(id) === text ? [] : [`${text} became ${after.get(id)}`]));

type Held = { _id: string; endpointId: string; attemptCount: number };

/** One in these hands whose attempt is stored: all that is left to write is what became of it. */
async function unsettledOf({ theatre, stores }: Doomed, holders: string[]): Promise<Held | null> {
  const held = { holder: { $in: holders } } as object;
  for (const row of await theatre.db.collection<Held>('deliveries').find(held).toArray())
    if ((await stores.attempts.of(row._id)).length > row.attemptCount) return row;
  return null;
}

/** As if nobody had taken it over. */
const giveBack = ({ theatre }: Doomed, { _id, ...row }: Held) =>
  theatre.db.collection<Held>('deliveries').replaceOne({ _id }, row);

export function tableOfStalls(stalls: Stalled[]): string {
  const groups = Map.groupBy(stalls, ({ point }) => point);
  return [...groups]
    .map(([point, group]) => {
      const sum = (of: (each: Stalled) => number) => group.reduce((total, each) => total + of(each), 0);
      const longest = Math.max(...group.map(({ takeoverSeconds }) => takeoverSeconds));
      return (
        `${point.padEnd(36)} ${group.length} endpoints, overwritten ${sum(({ overwritten }) => overwritten.length)}, ` +
        `lost ${sum(({ lost }) => lost.length)}, twice ${sum(({ twice }) => twice.length)}, ` +
        `repeated ${sum(({ repeated }) => repeated)}, taken over after ${longest.toFixed(1)} s at most`
      );
    })
    .join('\n');
}
