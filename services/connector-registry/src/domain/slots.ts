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
 */
export function freeSlot(used: readonly number[], limit: number, pick: number): number | null {
  // Slots above a lowered limit count too.
  if (used.length >= limit) return null;
  const taken = new Set(used);
  const free = Array.from({ length: limit }, (_, index) => index + 1).filter((slot) => !taken.has(slot));
  return free[Math.floor(pick * free.length)] ?? null;
}
