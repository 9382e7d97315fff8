import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isPlatformError, type PlatformError } from '@crossdock/kernel';
import fc from 'fast-check';
import type {
  CallOutcome,
  Page,
  PlatformAdapter,
  Position,
  RecordRef,
  RecordSource,
  Session,
  SourceRow,
} from '../src/index.ts';

/** How a platform can refuse a call, each in its own form. */
export type Refusal =
  | 'expired'
  | 'rate_limited'
  | 'http_429'
  | 'http_429_date'
  | 'unavailable'
  | 'reset'
  | 'malformed'
  | 'not_ours';

/** A shop on a scripted server that speaks the platform's protocol. */
export interface PlatformWorld extends AsyncDisposable {
  adapter: PlatformAdapter;
  /** The one under test; the rows below are its. */
  source: RecordSource;
  config: Record<string, string>;
  now(): Date;
  /** New rows, all made and changed at one moment; answers their ids. */
  put(count: number, modified: Date): string[];
  touch(id: string, at: Date): void;
  remove(id: string): void;
  /** Gives a row one invalid field. */
  spoil(id: string): void;
  spoiltField: string;
  /** What is stored of where a row belongs. */
  refOf(id: string): RecordRef;
  /** Whether a touch changes what is stored of a row. */
  touchTells: boolean;
  refuse(kind: Refusal): void;
  /** Runs before each call is answered, with its number. */
  beforeCall(hook: (call: number) => void): void;
  calls(): number;
}

/** A gate that lets everything pass and remembers what it was told. */
export function openGate() {
  const outcomes: CallOutcome[] = [];
  let taken = 0;
  return {
    outcomes,
    taken: () => taken,
    take: async () => void (taken += 1),
    done: (outcome: CallOutcome) => void outcomes.push(outcome),
  };
}

export function sessionOn(world: Pick<PlatformWorld, 'config' | 'now'>, more: Partial<Session> = {}): Session {
  return { config: world.config, accessToken: 'access-token-of-the-shop', call: openGate(), now: world.now, ...more };
}

const asItIs = (position: Position): Position => position;
const byJson = (position: Position): Position => JSON.parse(JSON.stringify(position)) as Position;

/** Walks to the end, handing each position on as JSON, as to another process. */
export async function walk(
  world: Pick<PlatformWorld, 'source' | 'now'>,
  session: Session,
  from: Date | null = null,
  handOn = byJson,
): Promise<{ rows: SourceRow[]; pages: Page[] }> {
  const { source } = world;
  const to = new Date(world.now().getTime() - source.lagMs);
  const pages: Page[] = [];
  let position: Position | null = null;
  do {
    const page: Page = await source.page(session, { from, to }, position);
    pages.push(page);
    position = page.next === null ? null : handOn(page.next);
  } while (position !== null);
  return { rows: pages.flatMap((page) => page.rows), pages };
}

/** Walks to the end within one process, which may have read ahead. */
export const walkHere = (world: Pick<PlatformWorld, 'source' | 'now'>, session: Session) =>
  walk(world, session, null, asItIs);

export async function failureOf(run: Promise<unknown>): Promise<PlatformError> {
  const err: unknown = await run.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (!isPlatformError(err)) throw err;
  return err;
}

const ids = (rows: SourceRow[]) => [...new Set(rows.map((row) => row.externalId))].toSorted();
const DAY_MS = 86_400_000;

/** What the core relies on, whatever the platform: every adapter passes the same suite. */
export function adapterContract(name: string, makeWorld: () => Promise<PlatformWorld>): void {
  describe(`the source of ${name}`, () => {
    let world: PlatformWorld;
    beforeEach(async () => void (world = await makeWorld()));
    afterEach(async () => world[Symbol.asyncDispose]());
    const ago = (ms: number) => new Date(world.now().getTime() - ms);

    test('reads every row of a shop over many pages, and knows the total from the first', async () => {
      const all = [...world.put(430, ago(DAY_MS)), ...world.put(37, ago(2 * DAY_MS))];
      const { rows, pages } = await walk(world, sessionOn(world));
      expect(ids(rows)).toEqual(all.toSorted());
      expect(rows).toHaveLength(467);
      expect(pages.map((page) => page.total)).toEqual(pages.map(() => 467));
    });

    test('reads an empty shop', async () => {
      const { rows, pages } = await walk(world, sessionOn(world));
      expect(rows).toEqual([]);
      expect(pages).toEqual([{ rows: [], next: null, total: 0 }]);
    });

    test('reads only what changed within the window, its first and last moment included', async () => {
      world.put(5, ago(3 * DAY_MS));
      const wanted = [...world.put(3, ago(2 * DAY_MS)), ...world.put(4, ago(world.source.lagMs))];
      const { rows } = await walk(world, sessionOn(world), ago(2 * DAY_MS));
      expect(ids(rows)).toEqual(wanted.toSorted());
    });

    test('loses none of many rows that changed at the same moment', async () => {
      const tied = world.put(900, ago(DAY_MS));
      const { rows } = await walk(world, sessionOn(world), ago(DAY_MS));
      expect(ids(rows)).toEqual(tied.toSorted());
    });

    test('loses no row while others change and go between its calls', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(60), fc.nat(699), fc.boolean()), { maxLength: 200 }),
          fc.boolean(),
          fc.boolean(),
          async (moves, windowed, here) => {
            await using fresh = await makeWorld();
            const rows = fresh.put(700, new Date(fresh.now().getTime() - DAY_MS));
            const removed = new Set<string>();
            fresh.beforeCall((call) => {
              for (const [at, n, gone] of moves) {
                const id = rows[n] as string;
                if (at !== call || removed.has(id)) continue;
                if (gone) removed.add(id);
                if (gone) fresh.remove(id);
                else fresh.touch(id, fresh.now());
              }
            });
            const from = windowed ? new Date(fresh.now().getTime() - DAY_MS) : null;
            const seen = new Set(ids((await walk(fresh, sessionOn(fresh), from, here ? asItIs : byJson)).rows));
            // A row touched behind the tail's back is the next sync's; nothing else may be missing.
            const late = new Set(moves.map(([, n]) => rows[n] as string));
            expect(rows.filter((id) => !seen.has(id) && !removed.has(id) && !late.has(id))).toEqual([]);
          },
        ),
        { numRuns: 6 },
      );
    });

    test('goes on from any position in another process and gives the same rows again', async () => {
      world.put(450, ago(DAY_MS));
      const { pages } = await walk(world, sessionOn(world));
      const window = { from: null, to: ago(world.source.lagMs) };
      for (const [n, { next }] of pages.entries()) {
        if (next === null) continue;
        const again = await world.source.page(sessionOn(world), window, next);
        expect(again.rows).toEqual(pages[n + 1]?.rows);
      }
    });

    test('answers rows by id and leaves out those the platform does not know, or could not', async () => {
      const [kept, gone] = [world.put(45, ago(DAY_MS)), world.put(3, ago(DAY_MS))];
      gone.forEach(world.remove);
      const rows = await world.source.byIds(
        sessionOn(world),
        [...kept, ...gone, ...kept, 'no id', '-1', '10000000000000000000'].map(world.refOf),
      );
      expect(ids(rows)).toEqual(kept.toSorted());
      expect(rows).toHaveLength(45);
    });

    test('hashes what is stored of a row: the same again, another after a touch that tells something', async () => {
      const [id] = world.put(1, ago(DAY_MS)) as [string];
      const hashOf = async () => (await world.source.byIds(sessionOn(world), [world.refOf(id)]))[0]?.hash;
      const first = await hashOf();
      expect(await hashOf()).toBe(first);
      world.touch(id, ago(1_000));
      expect((await hashOf()) !== first).toBe(world.touchTells);
    });

    test('tells an invalid row by its problem and reads the rest of its page', async () => {
      const all = world.put(5, ago(DAY_MS));
      world.spoil(all[2] as string);
      const { rows } = await walk(world, sessionOn(world));
      expect(ids(rows)).toEqual(all.toSorted());
      expect(rows.filter((row) => row.problem !== null).map((row) => row.externalId)).toEqual([all[2]]);
      expect(rows.find((row) => row.problem !== null)?.problem).toMatchObject({
        code: 'INVALID_FIELD',
        field: world.spoiltField,
      });
    });

    test.each<[Refusal, object]>([
      ['expired', { failure: 'AUTH_EXPIRED' }],
      ['rate_limited', { failure: 'RATE_LIMITED', retryAfterMs: 3_000 }],
      ['http_429', { failure: 'RATE_LIMITED', retryAfterMs: 3_000 }],
      ['http_429_date', { failure: 'RATE_LIMITED', retryAfterMs: 3_000 }],
      ['unavailable', { failure: 'RETRYABLE' }],
      ['reset', { failure: 'RETRYABLE' }],
      ['malformed', { failure: 'RETRYABLE' }],
      ['not_ours', { failure: 'RETRYABLE' }],
    ])('classes a call that was %s, tells the gate, and reads the page when asked again', async (kind, expected) => {
      const all = world.put(3, ago(DAY_MS));
      const gate = openGate();
      const session = sessionOn(world, { call: gate });
      world.refuse(kind);
      const window = { from: null, to: ago(world.source.lagMs) };
      const failure = await failureOf(world.source.page(session, window, null));
      expect(failure).toMatchObject(expected);
      expect(gate.outcomes.filter((outcome) => !outcome.ok)).toEqual([expect.objectContaining(expected)]);
      expect(gate.outcomes).toHaveLength(gate.taken());
      expect(ids((await walk(world, session)).rows)).toEqual(all.toSorted());
    });

    test('makes no call that the gate does not let through', async () => {
      world.put(3, ago(DAY_MS));
      const call = { ...openGate(), take: () => Promise.reject(new Error('no budget')) };
      await expect(walk(world, sessionOn(world, { call }))).rejects.toThrow('no budget');
      expect(world.calls()).toBe(0);
    });

    test('stops when the caller gives up, without another call', async () => {
      world.put(900, ago(DAY_MS));
      const stop = new AbortController();
      world.beforeCall((call) => call === 4 && stop.abort(new Error('cancelled')));
      const gate = openGate();
      await expect(walk(world, sessionOn(world, { call: gate, signal: stop.signal }))).rejects.toThrow('cancelled');
      const made = world.calls();
      // Those that were under way beside it are given up too, each in its turn.
      while (gate.outcomes.length < gate.taken()) await new Promise((resolve) => setImmediate(resolve));
      expect(gate.outcomes).toHaveLength(gate.taken());
      expect(world.calls()).toBe(made);
    });

    test('tells whose account a token speaks for', async () => {
      expect(await world.adapter.probe(sessionOn(world))).toMatchObject({ accountId: world.config.shop_id });
    });
  });
}
