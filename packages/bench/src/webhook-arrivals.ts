import { createHmac } from 'node:crypto';
import { receiver, type Received } from '@crossdock/stack/receiver';

/** A webhook that tells of a task's end. */
export interface Arrival {
  /** By `performance.now()`. */
  at: number;
  request: Received;
}

export interface WebhookArrivals {
  url: string;
  /** The first webhook about this task, also when it is here already; rejects when none comes in time. */
  of(taskId: string): Promise<Arrival>;
  stop(): Promise<void>;
}

const LIMIT_MS = 180_000;

/** A partner that waits for the ends of tasks. */
export async function webhookArrivals(port: number): Promise<WebhookArrivals> {
  const arrivals = new Map<string, PromiseWithResolvers<Arrival>>();
  function slot(taskId: string): PromiseWithResolvers<Arrival> {
    const known = arrivals.get(taskId) ?? Promise.withResolvers<Arrival>();
    arrivals.set(taskId, known);
    return known;
  }
  function onRequest(request: Received): void {
    const { data } = JSON.parse(request.body) as { data: { task_id: string } };
    slot(data.task_id).resolve({ at: performance.now(), request });
  }
  const { url, stop } = await receiver({ port, onRequest });
  return {
    url,
    async of(taskId) {
      const { promise, reject } = slot(taskId);
      const late = setTimeout(
        () => reject(new Error(`no webhook of task ${taskId} within ${LIMIT_MS / 1_000} s`)),
        LIMIT_MS,
      );
      return promise.finally(() => clearTimeout(late));
    },
    stop,
  };
}

/** As a partner checks it. */
export const isSigned = ({ headers, body }: Received, secret: string): boolean =>
  headers['x-nolux-signature'] === createHmac('sha256', secret).update(body).digest('hex');
