import { type Clock, recent } from '@crossdock/kernel';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Attempt } from '../domain/attempt.ts';
import type { Delivery, DeliveryStatus } from '../domain/delivery.ts';
import type { Backlog } from '../store/deliveries.ts';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];

const END_TO_END_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3_600, 86_400];

/** An event's id is a UUIDv7: it begins with the time it happened, in ms. */
const timeOf = (eventId: string): number => Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16);

const OUTCOMES: Record<DeliveryStatus, string> = {
  delivered: 'delivered',
  pending: 'retried',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Counts an attempt that this process made. */
export function attemptMeter(registry: Registry, clock: Clock): (attempt: Attempt, delivery: Delivery) => void {
  const attempts = new Counter({
    name: 'crossdock_webhook_attempts_total',
    help: 'Webhook calls by what they made of their delivery (delivered, retried, failed) and who is to blame (none on success)',
    labelNames: ['outcome', 'blame'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'crossdock_webhook_attempt_duration_seconds',
    help: 'Time a webhook call took, from looking up the name to the end of the answer',
    buckets: SECONDS,
    registers: [registry],
  });
  const endToEnd = new Histogram({
    name: 'crossdock_webhook_end_to_end_seconds',
    help: 'From the event to the answer that accepted it, of what the schedule sent',
    buckets: END_TO_END_SECONDS,
    registers: [registry],
  });
  return ({ trigger, verdict, blame, timings }, { eventId, test }) => {
    attempts.inc({ outcome: OUTCOMES[verdict.status], blame: blame || 'none' });
    duration.observe(timings.total / 1e3);
    if (verdict.status === 'delivered' && trigger === 'schedule' && test !== true)
      endToEnd.observe(Math.max(0, clock().getTime() - timeOf(eventId)) / 1e3);
  };
}

interface Queue {
  inFlight: () => number;
  backlog: () => Promise<Backlog>;
  /** How many endpoints rest after too many failures. */
  openBreakers: () => Promise<number>;
}

/** Told when somebody scrapes; no number while the store cannot say. */
export function measureQueue(registry: Registry, queue: Queue): void {
  const backlog = recent(queue.backlog);
  const openBreakers = recent(queue.openBreakers);
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  gauge('crossdock_webhook_in_flight', 'Webhook calls under way', queue.inFlight);
  gauge(
    'crossdock_webhook_due',
    'Deliveries whose time has come and that no worker has in hand, of all processes, at most 100,000',
    async () => (await backlog())?.due ?? Number.NaN,
  );
  gauge(
    'crossdock_webhook_oldest_due_seconds',
    'How long the first of them has been due, 0 without one',
    async () => ((await backlog())?.oldestMs ?? Number.NaN) / 1e3,
  );
  gauge(
    'crossdock_webhook_breakers_open',
    'Endpoints that get one probe now and then because too many calls failed, of all processes',
    async () => (await openBreakers()) ?? Number.NaN,
  );
}
