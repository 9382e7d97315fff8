import { expect, test } from '@jest/globals';
import { type Lane, newLane } from './lane.ts';
import { createTurns, MOST, QUICK_MS, type Turn } from './turns.ts';

/** Lanes with so much to send each, and a clock. */
function scene(lanes: number, each: number) {
  let at = 0;
  const left = new Map<Lane, number>();
  const begun: { lane: Lane; turn: Turn }[] = [];
  const turns = createTurns(
    (lane) => {
      const more = left.get(lane) ?? 0;
      if (more === 0) return false;
      left.set(lane, more - 1);
      begun.push({ lane, turn: turns.begun(lane) });
      return true;
    },
    () => at,
  );
  const all = Array.from({ length: lanes }, (_, n) => newLane(String(n)));
  for (const lane of all) left.set(lane, each);
  return {
    all,
    begun,
    turns,
    ask: () => all.forEach(turns.ask),
    pass: (ms: number) => void (at += ms),
  };
}

test('no more is begun than may come twice, until what came of it is on its way; then each lane has its turn', () => {
  const { all, begun, turns, ask } = scene(8, 100);
  ask();
  expect(begun).toHaveLength(MOST);
  for (const call of begun.slice(0, 8)) turns.answered(call.turn);
  all.forEach(turns.ask);
  expect(begun).toHaveLength(MOST);
  for (let n = 0; n < 8; n += 1) turns.sent();
  expect(begun).toHaveLength(MOST + 8);
  // The first took all there was to have; the others follow, a call each.
  expect(new Set(begun.slice(-8).map(({ lane }) => lane)).size).toBe(8);
});

test('who lets us wait uses nothing up, and gets all that its own lane bears', () => {
  const { begun, ask, pass, turns } = scene(2, MOST * 2);
  ask();
  expect(begun).toHaveLength(MOST);
  pass(QUICK_MS);
  const [hanging] = begun;
  turns.ask(newLane('another'));
  expect(hanging!.lane.slow).toBe(true);
  expect(begun.filter(({ lane }) => lane === hanging!.lane)).toHaveLength(MOST * 2);
});

test('what was answered counts until that is on its way, however long ago it was begun', () => {
  const { begun, ask, pass, turns } = scene(MOST * 2, 1);
  ask();
  for (const call of begun.slice()) turns.answered(call.turn);
  pass(QUICK_MS * 100);
  turns.ask(newLane('another'));
  expect(begun).toHaveLength(MOST);
  turns.sent();
  expect(begun).toHaveLength(MOST + 1);
});
