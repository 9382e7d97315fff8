import type { SpanEnd } from '@crossdock/kernel';
import { status } from '@grpc/grpc-js';

/** Codes that say something broke; the others are answers. */
const FAULTS = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** How a call's span ends. */
export const outcomeOf = (code: status): SpanEnd => ({
  attributes: { 'rpc.grpc.status_code': code },
  ...(FAULTS.has(code) && { failure: status[code] }),
});
