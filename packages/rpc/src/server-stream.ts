import { inTrace } from '@crossdock/kernel';
import { type handleServerStreamingCall, type ServerWritableStream, status } from '@grpc/grpc-js';
import { once } from 'node:events';
import type { CallContext } from './context.ts';
import { outcomeOf } from './outcome.ts';
import { received } from './received.ts';
import { toServiceError } from './wire-error.ts';

/** A stream lives as long as both sides want: `signal` aborts when the caller left or this side stops. */
export type StreamContext = Omit<CallContext, 'deadline'>;

const ENDLESS = new Date(8.64e15);

/** A gRPC handler from an async generator: context read, trace carried on, errors mapped; it is asked for more as the caller takes it. */
export function serverStream<Req, Res>(
  handler: (request: Req, context: StreamContext) => AsyncIterable<Res>,
): handleServerStreamingCall<Req, Res> {
  return (call) => {
    const gone = new AbortController();
    for (const end of ['cancelled', 'error']) call.once(end, () => gone.abort());
    const { span, context } = received(call, { deadline: ENDLESS, signal: gone.signal });
    const answer = async () => {
      try {
        await send(call, handler(call.request, context), gone.signal);
        span.end(outcomeOf(gone.signal.aborted ? status.CANCELLED : status.OK));
      } catch (err) {
        const error = toServiceError(err);
        if (!gone.signal.aborted) call.emit('error', error);
        span.end(outcomeOf(error.code));
      }
    };
    void inTrace(context, answer);
  };
}

async function send<Res>(
  call: ServerWritableStream<unknown, Res>,
  messages: AsyncIterable<Res>,
  gone: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (gone.aborted) return;
    // A caller that left while it was slow never drains.
    if (!call.write(message)) await once(call, 'drain', { signal: gone }).catch(() => undefined);
  }
  if (!gone.aborted) call.end();
}
