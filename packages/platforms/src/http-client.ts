import { stringify } from 'node:querystring';
import { PlatformError } from '@crossdock/kernel';
import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';

/** More than calls of one app are under way at once: a call that left its gate must not wait here. */
const CONNECTIONS = 64;
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
/** The failure's code for an answer of more. */
export const TOO_LARGE = 'TOO_LARGE';

export interface HttpAnswer {
  status: number;
  body: Buffer;
  date: string | null;
  retryAfter: string | null;
}

/** Forms posted over kept connections. Whatever keeps an answer from coming whole is a RETRYABLE PlatformError. */
export interface HttpClient {
  postForm(url: string, form: Record<string, string>, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export function createHttpClient(deadlineMs: number): HttpClient {
  const pools = new Map<string, Pool>();

  function poolOf(origin: string): Pool {
    let pool = pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, { connections: CONNECTIONS, connect: { timeout: CONNECT_TIMEOUT_MS } });
      pools.set(origin, pool);
    }
    return pool;
  }

  return {
    async postForm(url, form, signal) {
      signal?.throwIfAborted();
      const { origin, pathname, search } = new URL(url);
      const reading = answerReader();
      const giveUp = () => reading.fail(signal!.reason);
      signal?.addEventListener('abort', giveUp, { once: true });
      const timer = setTimeout(() => {
        reading.fail(new PlatformError('RETRYABLE', `no answer within ${deadlineMs} ms`, { code: 'TIMEOUT' }));
      }, deadlineMs);
      try {
        const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
        // A quarter of what URLSearchParams takes.
        const body = stringify(form);
        poolOf(origin).dispatch({ method: 'POST', path: pathname + search, headers, body }, reading.handler);
        return await reading.answer;
      } catch (err) {
        if (signal?.aborted || err instanceof PlatformError) throw err;
        const { code = 'NETWORK' } = err as { code?: string };
        throw new PlatformError('RETRYABLE', `the connection failed: ${code}`, { code });
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

const one = (value: string | string[] | undefined): string | null => (typeof value === 'string' ? value : null);

/** Puts an answer together from what the connection tells: streams for each would cost as much as all the rest. */
function answerReader() {
  const { promise: answer, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let head: Omit<HttpAnswer, 'body'> = { status: 0, date: null, retryAfter: null };
  let connection: Dispatcher.DispatchController | undefined;
  let failed: Error | undefined;

  /** Ends the call with the reason, begun or not; an answer that came whole stands, and its connection goes on. */
  function fail(reason: Error): void {
    failed = reason;
    connection?.abort(reason);
    reject(reason);
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      connection = controller;
      if (failed !== undefined) controller.abort(failed);
    },
    onResponseStart(_controller, status, headers) {
      head = { status, date: one(headers.date), retryAfter: one(headers['retry-after']) };
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
      if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else
        fail(new PlatformError('RETRYABLE', `an answer of more than ${MAX_ANSWER_BYTES} bytes`, { code: TOO_LARGE }));
    },
    onResponseEnd() {
      connection = undefined;
      resolve({ ...head, body: Buffer.concat(chunks, bytes) });
    },
    onResponseError: (_controller, err) => reject(err),
  };
  return { answer, handler, fail };
}
