import { stringify } from 'node:querystring';
import { PlatformError } from '@crossdock/kernel';
import request from 'undici/lib/api/api-request.js';
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

  async function send(url: URL, form: Record<string, string>, signal: AbortSignal): Promise<HttpAnswer> {
    const { statusCode, headers, body } = await request.call(poolOf(url.origin), {
      method: 'POST',
      path: url.pathname + url.search,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      // A quarter of what URLSearchParams takes.
      body: stringify(form),
      signal,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Leaving the loop destroys the stream and with it the connection.
      if (bytes > MAX_ANSWER_BYTES)
        throw new PlatformError('RETRYABLE', `an answer of more than ${MAX_ANSWER_BYTES} bytes`, { code: TOO_LARGE });
      chunks.push(chunk);
    }
    const one = (value: string | string[] | undefined) => (typeof value === 'string' ? value : null);
    return {
      status: statusCode,
      body: Buffer.concat(chunks, bytes),
      date: one(headers.date),
      retryAfter: one(headers['retry-after']),
    };
  }

  return {
    async postForm(url, form, signal) {
      // One controller and a timer that is cleared: `AbortSignal.timeout` would fire for every call, 15 s after its answer.
      const stop = new AbortController();
      const abort = () => stop.abort();
      const timer = setTimeout(abort, deadlineMs);
      signal?.addEventListener('abort', abort, { once: true });
      try {
        signal?.throwIfAborted();
        return await send(new URL(url), form, stop.signal);
      } catch (err) {
        if (signal?.aborted) throw signal.reason;
        if (err instanceof PlatformError) throw err;
        if (stop.signal.aborted)
          throw new PlatformError('RETRYABLE', `no answer within ${deadlineMs} ms`, { code: 'TIMEOUT' });
        const { code = 'NETWORK' } = err as { code?: string };
        throw new PlatformError('RETRYABLE', `the connection failed: ${code}`, { code });
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
