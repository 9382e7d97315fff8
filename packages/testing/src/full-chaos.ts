export const CHAOS_VARIABLE = 'CROSSDOCK_CHAOS';
export const COUNTS_VARIABLE = 'CROSSDOCK_CHAOS_COUNTS';

/** Whether `pnpm chaos` runs: tests that try many random runs then try as many as their goal says. */
export const isFullChaos = process.env[CHAOS_VARIABLE] === 'full';

/** How often the full form does something: as its goal says, unless `pnpm chaos NAME what=n` says otherwise. */
export function countOf(what: string, goal: number): number {
  const words = (process.env[COUNTS_VARIABLE] ?? '').split(' ').map((word) => word.split('='));
  const given = words.find(([name]) => name === what);
  return given === undefined ? goal : Number(given[1]);
}
