import type { Connection } from 'mongoose';
import { deliveryId } from '../../src/domain/delivery.ts';
import type { Arrival } from './partners.ts';

/** A webhook that one endpoint is to get. */
export interface Due {
  endpointId: string;
  path: string;
  eventId: string;
}

/** How many deliveries (or calls) are wrong in each way: zeros throughout, but for what kills repeat. */
export interface Verdict {
  /** Never accepted by the partner, or not known as delivered. */
  lost: number;
  /** Accepted once more. */
  repeated: number;
  /** Still pending, or in somebody's hand. */
  stranded: number;
  /** Sent again with other bytes, or told of an event that is not its own. */
  changed: number;
  unsigned: number;
  /** Attempts that are not numbered from 1 on, each number once. */
  misnumbered: number;
  /** That nobody was to get. */
  unasked: number;
}

interface DeliveryRow {
  _id: string;
  status: string;
  holder: string | null;
  attemptCount: number;
}

interface AttemptRow {
  deliveryId: string;
  number: number;
}

/** Holds what partners saw and what is stored against what they were to get. */
export async function verdictOf(db: Connection, dues: Due[], arrivals: Arrival[]): Promise<Verdict> {
  const rows = await db.collection<DeliveryRow>('deliveries').find().toArray();
  const attempts = await db.collection<AttemptRow>('attempts').find().toArray();
  const stored = new Map(rows.map((row) => [row._id, row]));
  const seen = Map.groupBy(arrivals, ({ path, webhookId }) => keyOf(path, webhookId));
  const numbers = Map.groupBy(attempts, (attempt) => attempt.deliveryId);
  const verdict = { lost: 0, repeated: 0, stranded: 0, changed: 0, unsigned: 0, misnumbered: 0, unasked: 0 };

  for (const { endpointId, path, eventId } of dues) {
    const key = keyOf(path, eventId);
    const id = deliveryId(endpointId, eventId);
    const calls = seen.get(key) ?? [];
    const row = stored.get(id);
    const accepted = calls.filter((call) => call.accepted).length;
    if (accepted === 0 || row?.status !== 'delivered') verdict.lost += 1;
    verdict.repeated += Math.max(0, accepted - 1);
    if (calls.some(({ body }) => body !== calls[0]?.body || idIn(body) !== eventId)) verdict.changed += 1;
    const made = (numbers.get(id) ?? []).map(({ number }) => number).toSorted((a, b) => a - b);
    // A late holder's attempt stands behind those that the delivery counts.
    if (made.some((number, n) => number !== n + 1) || made.length < (row?.attemptCount ?? 0)) verdict.misnumbered += 1;
    seen.delete(key);
    stored.delete(id);
  }
  verdict.stranded = rows.filter(({ status, holder }) => status === 'pending' || holder !== null).length;
  verdict.unsigned = arrivals.filter(({ signed }) => !signed).length;
  verdict.unasked = seen.size + stored.size;
  return verdict;
}

const keyOf = (path: string, webhookId: string): string => `${path} ${webhookId}`;

const idIn = (body: string): unknown => (JSON.parse(body) as { id: unknown }).id;
