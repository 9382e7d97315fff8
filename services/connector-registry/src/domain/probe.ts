import type { Connector } from './connector.ts';

const EVERY_MS = 5 * 60_000;
const SPREAD = 0.2;

/** When to ask the platform again whether all is well: in five minutes, give or take a fifth (`pick`: 0 ≤ pick < 1). */
export const nextProbeAt = (now: Date, pick: number): Date =>
  new Date(now.getTime() + Math.round(EVERY_MS * (1 - SPREAD + 2 * SPREAD * pick)));

/** How long a closed shop is left alone after a call. */
const CLOSED_REST_MS = 15 * 60_000;

/** A closed shop is asked again only when nobody called it for a while: a sync that waits for it does so by itself. */
export const restsClosed = ({ standing, calls }: Pick<Connector, 'standing' | 'calls'>, now: Date): boolean =>
  standing?.signal === 'closed' && now.getTime() - (calls.at(-1)?.at ?? standing.since).getTime() < CLOSED_REST_MS;
