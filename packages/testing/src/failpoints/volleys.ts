import type { Case } from './cases.ts';
import type { Doomed } from './doomed-world.ts';

/** A case and how many subjects are to stand at its point at once. */
export interface Shot {
  case: Case;
  subjects: number;
}

/** What one death cuts off: the first one decides when. */
export interface Volley {
  service: Doomed;
  shots: Shot[];
}

/** A death for each case. */
export const oneByOne = (cases: Case[]): Volley[] =>
  cases.map((each) => ({ service: each.service, shots: [{ case: each, subjects: 1 }] }));

/**
 * Deaths that cut off up to `atOnce` subjects at one point, and with them one at each point that is passed for all in turn.
 * Where nobody needs company any more, those die alone.
 */
export function volleysOf(missing: ReadonlyMap<Case, number>, atOnce: number): Volley[] {
  const wanted = [...missing].filter(([, count]) => count > 0);
  const together = wanted.filter(([each]) => each.inTurn === undefined);
  const volleys = together.map(([each, count]): Volley => ({
    service: each.service,
    shots: [{ case: each, subjects: Math.min(count, atOnce) }],
  }));
  const isLast = together.every(([, count]) => count <= atOnce);
  const inTurn = wanted.filter(([each]) => each.inTurn !== undefined);
  for (const [, group] of Map.groupBy(inTurn, ([each]) => `${each.service} ${each.inTurn}`)) {
    const { service } = group[0]![0];
    const turns = mixed(group);
    for (const { shots } of volleys.filter((volley) => volley.service === service)) {
      const next = turns.shift();
      if (next !== undefined) shots.push({ case: next, subjects: 1 });
    }
    if (isLast) volleys.push(...turns.map((each) => ({ service, shots: [{ case: each, subjects: 1 }] })));
  }
  return volleys;
}

/** Each case as often as it is missing, all of them mixed. */
function mixed(group: [Case, number][]): Case[] {
  const longest = Math.max(...group.map(([, count]) => count));
  const turns = Array.from({ length: longest }, (_, turn) => group.filter(([, count]) => count > turn));
  return turns.flat().map(([each]) => each);
}
