import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '@crossdock/stack/until';
import { toldOf } from '../src/failpoints/facts.ts';
import { authorized, type Subject } from '../src/failpoints/subject.ts';
import { countOf } from '../src/index.ts';
import { startRacingWorld, type RacingWorld } from '../src/races/racing-world.ts';
import { acquire, acquireInTheEnd, askedFor, askOnceMore, expire, shopOf } from '../src/races/refreshes.ts';

const PROCESSES = countOf('processes', 3);
const CALLERS = countOf('callers', 200);
const EXPIRIES = countOf('expiries', 100);
const KILLS = countOf('kills', 12);
/** Renewals under way in a process when it is killed. */
const IN_HAND = countOf('together', 9);
/** Callers of each process that wait for a renewal which was cut off. */
const WAITING = 2;
/** So long a renewal hangs at the platform. */
const HANG_MS = 5_000;
const HOUR_MS = 3_600_000;

let world: RacingWorld;
beforeAll(async () => void (world = await startRacingWorld(PROCESSES)), 180_000);
afterAll(async () => world?.[Symbol.asyncDispose](), 120_000);

/** What was wrong with one expiry for all callers of all processes. */
async function expiry(subject: Subject, { plants = false } = {}): Promise<string[]> {
  const before = await askedFor(world, subject);
  await expire(world, [subject]);
  const callers = world.sides.flatMap((side) => Array.from({ length: CALLERS }, () => side));
  const heard = await Promise.all(callers.map((side) => acquire(side, subject).catch(String)));
  if (plants) await askOnceMore(world, subject);
  const after = await askedFor(world, subject);
  const wrong: string[] = [];
  if (after.calls - before.calls !== 1) wrong.push(`${after.calls - before.calls} calls of the platform`);
  if (after.refused > before.refused) wrong.push(`${after.refused - before.refused} refused`);
  const kinds = [...new Set(heard)];
  if (kinds.length !== 1 || !kinds[0]!.startsWith('ok ')) wrong.push(`callers heard ${kinds.join(', ')}`);
  return wrong;
}

test('the checker notices a renewal more than was needed', async () => {
  expect(await expiry(await shopOf(world), { plants: true })).toEqual(['2 calls of the platform', '1 refused']);
}, 120_000);

test(
  'all callers of all processes at an expiry are served by one renewal, and none is refused',
  async () => {
    const began = Date.now();
    const subject = await shopOf(world);
    const wrong: string[] = [];
    for (let n = 0; n < EXPIRIES; n += 1) wrong.push(...(await expiry(subject)));
    const seconds = Math.round((Date.now() - began) / 1_000);
    console.log(
      `${EXPIRIES} expiries, ${PROCESSES} × ${CALLERS} callers each: ${wrong.length} violations, ${seconds} s`,
    );
    expect(wrong).toEqual([]);
    const told = await toldOf(world, 'connector.error');
    expect(told.filter(({ data }) => data.connector_id === subject.connectorId)).toEqual([]);
  },
  HOUR_MS,
);

interface Cut {
  subject: Subject;
  /** What its callers heard in the end. */
  heard: Promise<string[]>;
}

/** Its registry dies while the platform makes it wait for new tokens; everybody else asks meanwhile. */
async function cutAt(place: number): Promise<Cut[]> {
  const side = world.sides[place]!;
  const subjects = await Promise.all(Array.from({ length: IN_HAND }, () => shopOf(world)));
  for (const { appKey: match } of subjects)
    await world.platform.addFault({ platform: 'tmall', kind: 'latency', match, value: HANG_MS, times: 1 });
  await expire(world, subjects);
  const holding = subjects.map((subject) => acquire(side, subject).catch(() => ''));
  const isAtIt = async (subject: Subject) => (await askedFor(world, subject)).calls > 0;
  await until(async () => (await Promise.all(subjects.map(isAtIt))).every(Boolean), { what: 'renewals under way' });
  const cuts = subjects.map((subject) => ({
    subject,
    heard: Promise.all(
      world.sides.flatMap((other) => Array.from({ length: WAITING }, () => acquireInTheEnd(other, subject))),
    ),
  }));
  for (const { heard } of cuts) heard.catch(() => undefined);
  await side.killRegistry();
  await Promise.all(holding);
  return cuts;
}

test(
  'a process that is killed while it renews costs at most one refused renewal, told as such and ended by the merchant',
  async () => {
    const began = Date.now();
    const cuts: Cut[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) cuts.push(...(await cutAt(kill % PROCESSES)));
    const outcomes = await Promise.all(
      cuts.map(async ({ subject, heard }) => ({
        subject,
        heard: [...new Set(await heard)],
        ...(await askedFor(world, subject)),
      })),
    );
    const dead = outcomes.filter(({ refused }) => refused > 0);
    for (const { subject } of dead) await authorized(world, subject);
    await until(async () => (await toldAs('recovered')).length >= dead.length, { what: 'all recoveries told' });
    const [disconnected, recovered] = [await toldAs('disconnected'), await toldAs('recovered')];
    const seconds = Math.round((Date.now() - began) / 1_000);
    console.log(
      `${KILLS} kills cut off ${outcomes.length} renewals: ${dead.length} refused afterwards, ` +
        `${disconnected.length} told as disconnected, ${recovered.length} as recovered, ${seconds} s`,
    );
    for (const { subject, heard, calls, refused } of outcomes) {
      expect(refused).toBeLessThanOrEqual(1);
      expect(calls).toBeLessThanOrEqual(2);
      expect(heard.map((each) => each.split(' ')[0])).toEqual([refused === 1 ? 'needs_authorization' : 'ok']);
      const of = (told: string[]) => told.filter((id) => id === subject.connectorId).length;
      expect([of(disconnected), of(recovered)]).toEqual([refused, refused]);
    }
    for (const { subject } of dead) expect(await acquire(world.sides[0]!, subject)).toMatch(/^ok /);
  },
  HOUR_MS,
);

/** The connectors of which an error of that kind was told, once for each event. */
async function toldAs(kind: string): Promise<string[]> {
  const told = await toldOf(world, 'connector.error');
  return told.filter(({ data }) => data.kind === kind).map(({ data }) => data.connector_id as string);
}
