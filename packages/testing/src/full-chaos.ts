export const CHAOS_VARIABLE = 'CROSSDOCK_CHAOS';

/** Whether `pnpm chaos` runs: tests that try many random runs then try as many as their goal says. */
export const isFullChaos = process.env[CHAOS_VARIABLE] === 'full';
