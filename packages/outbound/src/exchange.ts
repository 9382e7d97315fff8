import { StringDecoder } from 'node:string_decoder';
import type { Connection } from './connections.ts';
import { failureOf, OutboundError, type Timings } from './failure.ts';

const KEPT_BODY_BYTES = 16_384;
/** What an answer may take beside its body: status line, headers, interim answers, chunk sizes, trailers. */
const FRAMING_BYTES = 131_072;
/** Bodies come as they are and are kept as they come. */
const UNCOMPRESSED = { 'accept-encoding': 'identity' };

/** What a receiver said. `body` is the first 16 KiB as text, never decompressed; `truncated` tells that there was more. */
export interface OutboundAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  truncated: boolean;
  address: string;
  /** The connection had served an earlier call. */
  reused: boolean;
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
  const before = dialing.dials;
  const started = performance.now();
  let kept = '';
  let decoder: StringDecoder | null = null;
  let received = 0;
  let status = 0;
  let answered: Record<string, string> = {};
  let firstByte: number | null = null;

  const isReused = () => before > 0 && dialing.dials === before;
  const timings = (): Timings => ({
    ...(isReused() ? { dns: null, connect: null, tls: null } : dialing.steps),
    firstByte,
    total: performance.now() - started,
  });

  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      dialing.onBytes = null;
    };
    const fail = (err: unknown) => {
      end();
      const seen = { address: dialing.address, reused: isReused(), timings: timings() };
      reject(Object.assign(failureOf(err, dialing.stage), seen));
    };
    const succeed = (whole: boolean) => {
      end();
      resolve({
        answer: {
          status,
          headers: answered,
          body: kept,
          truncated: !whole || received > KEPT_BODY_BYTES,
          address: dialing.address,
          reused: isReused(),
          timings: timings(),
        },
        whole: whole && answered['connection']?.toLowerCase() !== 'close',
      });
    };
    const timer = setTimeout(() => {
      const { blame } = failureOf(null, dialing.stage);
      fail(new OutboundError(blame, 'TIMEOUT', `no complete answer within ${timeoutMs} ms`, { timedOut: true }));
    }, timeoutMs);

    const budget = maxBodyBytes + FRAMING_BYTES;
    dialing.received = 0;
    dialing.onBytes = () => {
      firstByte ??= performance.now() - started;
      if (dialing.received > budget)
        fail(new OutboundError('receiver', 'FLOOD', `no complete answer within its first ${budget} bytes`));
    };

    client.dispatch(
      { path, method: 'POST', headers: { ...headers, ...UNCOMPRESSED }, body },
      {
        onRequestStart() {},
        // Comes for interim answers too; the last one counts.
        onResponseStart(_controller, statusCode, responseHeaders) {
          status = statusCode;
          answered = textsOf(responseHeaders);
        },
        onResponseData(_controller, chunk) {
          if (received < KEPT_BODY_BYTES) {
            // Text at once: a kept chunk would keep the whole buffer it is a slice of.
            decoder ??= new StringDecoder();
            kept += decoder.write(chunk.subarray(0, KEPT_BODY_BYTES - received));
          }
          received += chunk.length;
          if (received > maxBodyBytes) succeed(false);
        },
        onResponseEnd: () => succeed(true),
        onResponseError: (_controller, err) => fail(err),
      },
    );
  });
}

function textsOf(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    if (name !== '__proto__') texts[name] = String(headers[name]);
  }
  return texts;
}
