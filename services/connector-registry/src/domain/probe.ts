const EVERY_MS = 5 * 60_000;
const SPREAD = 0.2;

/** When to ask the platform again whether all is well: in five minutes, give or take a fifth (`pick`: 0 ≤ pick < 1). */
export const nextProbeAt = (now: Date, pick: number): Date =>
  new Date(now.getTime() + Math.round(EVERY_MS * (1 - SPREAD + 2 * SPREAD * pick)));
