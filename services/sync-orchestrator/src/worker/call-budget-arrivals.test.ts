import { expect, test } from '@jest/globals';
import { slotLine } from './call-budget-slots.ts';

const SPACING_MS = 1_000 / 97;
const LATENCY_MS = 200;
const SECONDS = 30;

interface Stall {
  from: number;
  until: number;
}

const everyMs = (every: number, length: number): Stall[] =>
  Array.from({ length: (SECONDS * 1_000) / every }, (_, n) => ({
    from: 1_500 + n * every,
    until: 1_500 + n * every + length,
  }));

const inAnySecond = (times: number[]): number =>
  Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1_000).length));

/** Calls as soon as their slots allow, by a clock of its own: when they arrived, of a platform and a caller that stand still at times. */
function arrivalsAt(platform: Stall[], caller: Stall[], latency: (n: number) => number = () => LATENCY_MS): number[] {
  const line = slotLine();
  line.add([{ from: 0, calls: 100_000, spacing: SPACING_MS, priority: null }]);
  const at: number[] = [];
  let underWay: { begun: number; answered: number }[] = [];
  const stall = (stalls: Stall[], now: number) => stalls.find(({ from, until }) => now >= from && now < until);
  for (let now = 0; now < SECONDS * 1_000; now++) {
    if (stall(caller, now)) continue;
    for (const { begun, answered } of underWay) if (answered <= now) line.ended(now, now - begun);
    underWay = underWay.filter(({ answered }) => answered > now);
    for (let slot = line.first(now); slot !== null && slot.at <= now; slot = line.first(now)) {
      line.use(now);
      const arrived = stall(platform, now)?.until ?? now;
      underWay.push({ begun: now, answered: arrived + latency(at.length) });
      at.push(arrived);
    }
  }
  return at;
}

test('a platform that stands still for a moment gets no more in any second than the calls of one, and few are lost', () => {
  for (const [every, length] of [
    [800, 60],
    [1_500, 120],
    [2_900, 90],
  ] as const) {
    const at = arrivalsAt(everyMs(every, length), everyMs(700, 30));
    expect(inAnySecond(at)).toBeLessThanOrEqual(100);
    expect(at.length).toBeGreaterThanOrEqual(SECONDS * 95);
  }
});

test('a caller that stands still at times loses little', () => {
  const at = arrivalsAt([], everyMs(120, 40));
  expect(inAnySecond(at)).toBeLessThanOrEqual(98);
  expect(at.length).toBeGreaterThanOrEqual(SECONDS * 95);
});

test('calls of different length are no reason to call less', () => {
  const at = arrivalsAt([], [], (n) => 100 + ((n * 37) % 101) * 5);
  expect(at.length).toBeGreaterThanOrEqual(SECONDS * 95);
});

test('calls that never end do not keep the others back for good', () => {
  const at = arrivalsAt([], [], (n) => (n % 10 === 9 ? 1_000_000 : LATENCY_MS));
  expect(at.length).toBeGreaterThanOrEqual(SECONDS * 85);
});
