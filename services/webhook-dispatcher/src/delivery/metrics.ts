import { recent } from '@crossdock/kernel';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Attempt } from '../domain/attempt.ts';
import type { DeliveryStatus } from '../domain/delivery.ts';
import type { Backlog } from '../store/deliveries.ts';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];

const OUTCOMES: Record<DeliveryStatus, string> = {
  delivered: 'delivered',
  pending: 'retried',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Counts an attempt that this process made. */
export function attemptMeter(registry: Registry): (attempt: Attempt) => void {
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
  return ({ verdict, blame, timings }) => {
    attempts.inc({ outcome: OUTCOMES[verdict.status], blame: blame || 'none' });
    duration.observe(timings.total / 1e3);
  };
}

/** Told when somebody scrapes; no number while the store cannot say. */
export function measureQueue(registry: Registry, inFlight: () => number, readBacklog: () => Promise<Backlog>): void {
  const backlog = recent(readBacklog);
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  gauge('crossdock_webhook_in_flight', 'Webhook calls under way', inFlight);
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
}
