import { inTrace } from '@crossdock/kernel';
import { type handleUnaryCall, status } from '@grpc/grpc-js';
import { type CallContext, withDeadline } from './context.ts';
import { outcomeOf } from './outcome.ts';
import { received } from './received.ts';
import { toServiceError } from './wire-error.ts';

const LONGEST_MS = 60_000;

/** A gRPC handler from an async function: context read, trace and deadline carried on, errors mapped. */
export function unary<Req, Res>(
  handler: (request: Req, context: CallContext) => Promise<Res>,
): handleUnaryCall<Req, Res> {
  return (call, callback) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    const { span, context } = received(call, { deadline: deadlineOf(call.getDeadline()), signal: gone.signal });
    const answer = async () => {
      try {
        callback(null, await handler(call.request, context));
        span.end(outcomeOf(status.OK));
      } catch (err) {
        const error = toServiceError(err);
        callback(error);
        span.end(outcomeOf(error.code));
      }
    };
    void inTrace(context, () => withDeadline(context.deadline, answer));
  };
}

/** grpc-js says Infinity when the caller named none. */
function deadlineOf(given: Date | number): Date {
  const ms = Number(given);
  return new Date(Number.isFinite(ms) ? ms : Date.now() + LONGEST_MS);
}
