import { AppError, type ErrorKind, isAppError } from '@crossdock/kernel';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

const TRAILER = 'crossdock-error-bin';
/** Trailers are headers: beyond this the field details stay behind. */
const TRAILER_LIMIT_BYTES = 6 * 1024;
const RETRY_AFTER_MS = 1_000;

const STATUS: Record<ErrorKind, status> = {
  malformed: status.INVALID_ARGUMENT,
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  conflict: status.ALREADY_EXISTS,
  stale: status.ABORTED,
  quota: status.RESOURCE_EXHAUSTED,
  too_many: status.RESOURCE_EXHAUSTED,
  too_large: status.OUT_OF_RANGE,
  unsupported: status.UNIMPLEMENTED,
  unavailable: status.UNAVAILABLE,
  internal: status.INTERNAL,
};

/** The gRPC error for whatever a handler threw: an AppError crosses whole, anything else says nothing of itself (it stays behind as `cause`). */
export function toServiceError(err: unknown): ServiceError {
  const known = isAppError(err) ? err : new AppError('internal', 'INTERNAL', '服务器内部错误');
  const metadata = new Metadata();
  metadata.set(TRAILER, trailerOf(known));
  const cause = known === err ? known.cause : err;
  return Object.assign(new Error(known.code, { cause }), { code: STATUS[known.kind], details: known.code, metadata });
}

/** The AppError a peer sent, or the one that says why nothing came. */
export function fromServiceError(err: ServiceError, peer: string): AppError {
  const trailer = err.metadata?.get(TRAILER)[0];
  if (trailer !== undefined) {
    const { kind, code, message, details, retryAfterMs } = JSON.parse(trailer.toString());
    return new AppError(kind, code, message, { details, retryAfterMs });
  }
  if ([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED].includes(err.code))
    return unreachable(peer, err);
  return new AppError('internal', 'INTERNAL', '服务器内部错误', { cause: err });
}

export const unreachable = (peer: string, cause: unknown): AppError =>
  new AppError('unavailable', 'SERVICE_UNAVAILABLE', '服务暂时不可用，请稍后重试', {
    retryAfterMs: RETRY_AFTER_MS,
    cause: new Error(`${peer} does not answer`, { cause }),
  });

function trailerOf({ kind, code, message, details, retryAfterMs }: AppError): Buffer {
  const whole = Buffer.from(JSON.stringify({ kind, code, message, details, retryAfterMs }));
  return whole.length <= TRAILER_LIMIT_BYTES
    ? whole
    : Buffer.from(JSON.stringify({ kind, code, message: message.slice(0, 500), retryAfterMs }));
}
