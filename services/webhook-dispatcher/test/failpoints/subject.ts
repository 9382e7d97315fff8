import { isAppError, newId, newTraceparent } from '@crossdock/kernel';
import { deliveryId } from '../../src/domain/delivery.ts';
import { secretOf } from '../chaos/partners.ts';
import { as, completed, editOf, newEndpoint, options } from '../stage.ts';
import { type Doomed, insist } from './doomed.ts';

/** What is to become of a delivery: how it ends, and how often it was asked for. */
export interface Due {
  ends: 'delivered' | 'cancelled' | 'failed';
  sends: number;
}

/** A connector with an endpoint of its own, and what was asked of us for it: held against what came of it. */
export interface Subject {
  connectorId: string;
  endpointId: string;
  /** Of its partner. */
  path: string;
  /** By event. */
  dues: Map<string, Due>;
  status: 'enabled' | 'paused' | 'disabled' | 'deleted';
  /** How often what was done, by people or by ourselves. */
  audits: Map<string, number>;
  /** How often its owner is to be told that we disabled it. */
  notices: number;
  recoveries: number;
}

const STEPS = 20;

export function newSubject({ theatre }: Doomed): Subject {
  const connectorId = theatre.connector();
  return {
    connectorId,
    endpointId: '',
    path: `/${connectorId}`,
    dues: new Map(),
    status: 'enabled',
    audits: new Map(),
    notices: 0,
    recoveries: 0,
  };
}

export const did = ({ audits }: Subject, action: string): unknown => audits.set(action, (audits.get(action) ?? 0) + 1);

export async function create({ api, town }: Doomed, subject: Subject): Promise<void> {
  const { connectorId, path } = subject;
  const key = newId();
  const request = newEndpoint(connectorId, town.url + path, {
    secret: secretOf(path),
    idempotencyKey: key,
    bodyHash: key,
    options: options({ retrySchedule: { usual: false, seconds: Array<number>(STEPS).fill(1) } }),
  });
  const { endpoint } = await insist(() => api().endpoints.createEndpoint(request, as()));
  subject.endpointId = endpoint!.id;
  did(subject, 'webhook.create');
}

export async function subscribed(world: Doomed): Promise<Subject> {
  const subject = newSubject(world);
  await create(world, subject);
  return subject;
}

/** Test deliveries, each under a key of its own. */
export async function sendTests({ api }: Doomed, subject: Subject, count: number): Promise<void> {
  const { connectorId, endpointId, dues } = subject;
  await Promise.all(
    Array.from({ length: count }, async () => {
      const request = { connectorId, endpointId, eventType: '', idempotencyKey: newId() };
      const { delivery } = await insist(() => api().deliveries.sendTest(request, as()));
      dues.set(delivery!.eventId, { ends: 'delivered', sends: 1 });
      did(subject, 'webhook.test');
    }),
  );
}

export async function tellOf({ theatre }: Doomed, { connectorId, dues }: Subject, count: number): Promise<void> {
  const events = Array.from({ length: count }, () => completed(connectorId));
  for (const { id } of events) dues.set(id, { ends: 'delivered', sends: 1 });
  await theatre.bus.publish(events);
}

export async function turn({ api }: Doomed, subject: Subject, status: 'enabled' | 'paused'): Promise<void> {
  const { connectorId, endpointId } = subject;
  await insist(() => api().endpoints.updateEndpoint(editOf(connectorId, endpointId, { status }), as()));
  if (subject.status !== status) did(subject, status === 'paused' ? 'webhook.pause' : 'webhook.resume');
  subject.status = status;
}

/** Nothing of it is to be delivered any more. */
export function gone(subject: Subject): void {
  subject.status = 'deleted';
  did(subject, 'webhook.delete');
  for (const due of subject.dues.values()) Object.assign(due, { ends: 'cancelled', sends: 0 });
}

export async function remove({ api }: Doomed, subject: Subject): Promise<void> {
  const { connectorId, endpointId: id } = subject;
  gone(subject);
  await insist(async () => {
    try {
      return await api().endpoints.deleteEndpoint({ connectorId, id }, as());
    } catch (err) {
      // By the call that nobody answered.
      if (isAppError(err) && err.kind === 'not_found') return true;
      throw err;
    }
  });
}

interface Stored {
  count: number;
  status: 'pending' | 'delivered' | 'failed';
  createdAt?: Date;
}

/** Deliveries of an earlier time. */
export async function storeDeliveries(
  { stores }: Doomed,
  { connectorId, endpointId, dues }: Subject,
  { count, status, createdAt = new Date(Date.now() - 60_000) }: Stored,
): Promise<void> {
  const events = Array.from({ length: count }, newId);
  for (const id of events) dues.set(id, { ends: 'delivered', sends: 1 });
  await stores.deliveries.insert(
    events.map((eventId) => ({
      holder: null,
      delivery: {
        id: deliveryId(endpointId, eventId),
        tenant: 'demo',
        connectorId,
        endpointId,
        eventId,
        type: 'sync.completed',
        body: JSON.stringify({ id: eventId }),
        status,
        attemptCount: 0,
        nextAttemptAt: null,
        createdAt,
        traceparent: newTraceparent(),
      },
    })),
  );
}
