import type { Connection } from './connections.ts';
import { failureOf, OutboundError, type Timings } from './failure.ts';

const KEPT_BODY_BYTES = 16_384;

/** What a receiver said. `body` is the first 16 KiB as text, never decompressed; `truncated` tells that there was more. */
export interface OutboundAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  truncated: boolean;
  address: string;
  timings: Timings;
}

export interface Exchange {
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  timeoutMs: number;
  maxBodyBytes: number;
}

/** One request and its answer on one connection; `whole` is false when the connection must not be used again. */
export function exchange(
  connection: Connection,
  { path, headers, body, timeoutMs, maxBodyBytes }: Exchange,
): Promise<{ answer: OutboundAnswer; whole: boolean }> {
  const { client, dialing } = connection;
  const reused = dialing.stage === 'open';
  const started = performance.now();
  const chunks: Buffer[] = [];
  let received = 0;
  let status = 0;
  let answered: Record<string, string> = {};
  let firstByte: number | null = null;

  const timings = (): Timings => ({
    dns: reused ? null : dialing.dns,
    connect: reused ? null : dialing.connect,
    tls: reused ? null : dialing.tls,
    firstByte,
    total: performance.now() - started,
  });

  return new Promise((resolve, reject) => {
    const fail = (err: unknown) => {
      clearTimeout(timer);
      reject(Object.assign(failureOf(err, dialing.stage), { address: dialing.address, timings: timings() }));
    };
    const succeed = (whole: boolean) => {
      clearTimeout(timer);
      const kept = Buffer.concat(chunks);
      const text = new TextDecoder().decode(kept.subarray(0, KEPT_BODY_BYTES), { stream: true });
      const truncated = !whole || received > KEPT_BODY_BYTES;
      resolve({
        answer: { status, headers: answered, body: text, truncated, address: dialing.address, timings: timings() },
        whole,
      });
    };
    const timer = setTimeout(() => {
      const blame = failureOf(null, dialing.stage).blame;
      fail(new OutboundError(blame, 'TIMEOUT', `no complete answer within ${timeoutMs} ms`, { timedOut: true }));
    }, timeoutMs);

    client.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode, responseHeaders) {
          status = statusCode;
          firstByte = performance.now() - started;
          answered = Object.fromEntries(Object.entries(responseHeaders).map(([name, value]) => [name, String(value)]));
        },
        onResponseData(_controller, chunk) {
          if (received < KEPT_BODY_BYTES) chunks.push(chunk);
          received += chunk.length;
          if (received > maxBodyBytes) succeed(false);
        },
        onResponseEnd: () => succeed(true),
        onResponseError: (_controller, err) => fail(err),
      },
    );
  });
}
