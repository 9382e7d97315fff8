import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** What ties a request, its gRPC hop, its events and its log lines together. `traceparent` is W3C's. */
export interface Trace {
  traceparent: string;
  requestId: string;
}

const storage = new AsyncLocalStorage<Trace>();

export const inTrace = <T>(trace: Trace, run: () => T): T => storage.run(trace, run);

/** For work that many share: what one of them asked for must not carry on into it. */
export const outOfTrace = <T>(run: () => T): T => storage.exit(run);

export const currentTrace = (): Trace | undefined => storage.getStore();

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export const isTraceparent = (text: string): boolean => TRACEPARENT.test(text);

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;
/** Drawn for many at once: each draw costs as much, however small. */
const DRAWN_BYTES = 6_144;
let drawn = '';

export function newTraceparent(): string {
  if (drawn.length < TRACE_DIGITS + SPAN_DIGITS) drawn = randomBytes(DRAWN_BYTES).toString('hex');
  const trace = drawn.slice(0, TRACE_DIGITS);
  const span = drawn.slice(TRACE_DIGITS, TRACE_DIGITS + SPAN_DIGITS);
  drawn = drawn.slice(TRACE_DIGITS + SPAN_DIGITS);
  return `00-${trace}-${span}-01`;
}
