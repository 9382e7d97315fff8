import type { Doomed } from './doomed.ts';
import { sendTests, subscribed, turn, type Subject } from './subject.ts';

/** What happens to a subject around a death. */
export interface Scenario {
  /** All that is there before. */
  prepare(world: Doomed): Promise<Subject>;
  /** Passes the failpoint; who asked asks again until answered. */
  act(world: Doomed, subject: Subject): Promise<unknown>;
  /** What people do afterwards. */
  after?(world: Doomed, subject: Subject): Promise<unknown>;
}

export const FEW = 3;
/** As many calls as an endpoint may have at once, and as open a breaker when they fail. */
export const IN_FLIGHT = 10;
/** More than open a breaker. */
export const MANY = 12;
export const DAY_MS = 86_400_000;
export const HEALING = { timeoutMs: 120_000, everyMs: 100 };

type EndpointState = { _id: string; status: string; breaker: unknown };

export const rowOf = ({ theatre }: Doomed, { endpointId }: Subject) =>
  theatre.db.collection<EndpointState>('endpoints').findOne({ _id: endpointId });

/** Paused, with some that wait. */
export async function holding(world: Doomed): Promise<Subject> {
  const subject = await subscribed(world);
  await turn(world, subject, 'paused');
  await sendTests(world, subject, FEW);
  return subject;
}

/** Its partner accepts nothing. */
export async function refusing(world: Doomed): Promise<Subject> {
  const subject = await subscribed(world);
  world.manners.set(subject.path, () => ({ status: 500 }));
  return subject;
}

export const callsOf = ({ town }: Doomed, { path }: Subject) =>
  town.arrivals.filter((arrival) => arrival.path === path);

/** The partner is well again. */
export const forgive = ({ manners }: Doomed, { path }: Subject): unknown => manners.delete(path);
