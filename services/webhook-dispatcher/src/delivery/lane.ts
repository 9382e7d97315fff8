import type { Delivery } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Mark } from './young.ts';

const FRESH_MS = 1_000;

/** A delivery in hand, and the name of the lease it was taken under. */
export interface Held {
  delivery: Delivery;
  holder: string;
  /** Among those that wait since a moment ago. */
  mark: Mark<null>;
}

/** What this process has in hand of one endpoint. */
export interface Lane {
  id: string;
  endpoint: Endpoint | undefined;
  readAt: number;
  waiting: Held[];
  inFlight: number;
  /** Places taken: reserved, waiting, in flight, being written. */
  taken: number;
  behind: boolean;
  asking: boolean;
  /** Lets calls wait. */
  slow: boolean;
  /** Times (ms) at which a throttled call may begin, drawn from the store. */
  slots: number[];
  drawing: boolean;
  timer: NodeJS.Timeout | undefined;
}

/** May be called without asking. */
export const callable = (endpoint: Endpoint | undefined): endpoint is Endpoint =>
  endpoint?.status === 'enabled' && endpoint.deletedAt === null && endpoint.breaker === null;

export const newLane = (id: string): Lane => ({
  id,
  endpoint: undefined,
  readAt: -Infinity,
  waiting: [],
  inFlight: 0,
  taken: 0,
  behind: false,
  asking: false,
  slow: false,
  slots: [],
  drawing: false,
  timer: undefined,
});

/** Read from the store so lately that it need not be asked for again. */
export const isFresh = (lane: Lane | undefined): boolean =>
  lane !== undefined && performance.now() - lane.readAt < FRESH_MS;
