import { openSpan, type Span } from '@crossdock/kernel';
import type { Metadata } from '@grpc/grpc-js';
import { type CallContext, incomingContext, incomingTrace } from './context.ts';

/** The span of a call that came in, and the context it is answered in. */
export function received(
  call: { metadata: Metadata; getPath(): string },
  surroundings: Pick<CallContext, 'deadline' | 'signal'>,
): { span: Span; context: CallContext } {
  const span = openSpan({
    name: call.getPath().slice(1),
    kind: 'server',
    parent: incomingTrace(call.metadata),
    attributes: { 'rpc.system': 'grpc' },
  });
  return { span, context: incomingContext(call.metadata, { traceparent: span.traceparent, ...surroundings }) };
}
