import { STATUS_CODES } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_FOR_MS = 30_000;
const RETRY_EVERY_MS = 250;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  url: string;
  token?: string;
  body?: unknown;
  /** Makes a POST safe to send again. */
  idempotencyKey?: string;
}

export interface HttpAnswer<T> {
  status: number;
  body: T;
  /** `POST http://… → 201 Created, 12 ms` */
  line: string;
}

/** One call of the public API. While a service is away (it may have been killed) it is made again, for half a minute. */
export async function call<T>(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer<T>> {
  const deadline = Date.now() + RETRY_FOR_MS;
  for (;;) {
    const answer = await once<T>(request, signal).catch((err: unknown) => {
      signal.throwIfAborted();
      if (Date.now() > deadline) throw new Error(`${request.method} ${request.url} gets no answer`, { cause: err });
      return null;
    });
    if (answer !== null && (answer.status < 500 || Date.now() > deadline)) return answer;
    await sleep(RETRY_EVERY_MS, undefined, { signal });
  }
}

async function once<T>(
  { method, url, token, body, idempotencyKey }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer<T>> {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
  const since = performance.now();
  const answer = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.any([signal, AbortSignal.timeout(40_000)]),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const { status } = answer;
  const line = `${method} ${url} → ${status} ${STATUS_CODES[status] ?? ''}, ${Math.round(performance.now() - since)} ms`;
  return { status, body: (text === '' ? null : JSON.parse(text)) as T, line };
}
