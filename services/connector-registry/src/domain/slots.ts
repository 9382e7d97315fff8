/** How many living connectors a tenant may have. */
export interface Quotas {
  limitOf(tenant: string): number;
}

export const QUOTAS_PATTERN = '^$|^[a-z0-9-]+:[0-9]{1,6}(,[a-z0-9-]+:[0-9]{1,6})*$';

/** From `demo:1000,small:2`; every other tenant has `otherwise`. */
export function quotasOf(text: string, otherwise: number): Quotas {
  const limits = new Map(
    text
      .split(',')
      .filter((entry) => entry !== '')
      .map((entry) => entry.split(':') as [string, string])
      .map(([tenant, limit]) => [tenant, Number(limit)]),
  );
  return { limitOf: (tenant) => limits.get(tenant) ?? otherwise };
}

/**
 * A slot between 1 and the limit that none of the used ones is, or null when the quota is spent.
 * `pick` (0 ≤ pick < 1) chooses among the free ones, so that creates at the same time rarely collide.
 * Slots above a lowered limit count too: only the lowest free ones, as many as the quota leaves, are given then, so that
 * creates at the same time meet at the last of them.
 */
export function freeSlot(used: readonly number[], limit: number, pick: number): number | null {
  if (used.length >= limit) return null;
  const taken = new Set(used);
  const free = Array.from({ length: limit }, (_, index) => index + 1).filter((slot) => !taken.has(slot));
  const left = limit - used.length;
  return free[Math.floor(pick * left)] ?? null;
}
