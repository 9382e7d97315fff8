import type { Event } from '@crossdock/contracts';
import { failureOf, openSpan, type Span } from '@crossdock/kernel';

type Use = (events: Event[]) => Promise<void>;

/** Sends events, each below what wrote it, and tells who takes it of this send. */
export const sending = (events: Event[], send: Use): Promise<void> => within(events, 'producer', 'send', send);

/** Handles events, each below what sent it: what is told for one of them belongs to its span. */
export const processing = (events: Event[], handle: Use): Promise<void> =>
  within(events, 'consumer', 'process', handle);

async function within(events: Event[], kind: 'producer' | 'consumer', operation: string, use: Use): Promise<void> {
  const spans: Span[] = [];
  const told = events.map((event) => {
    const { id, topic, traceparent: parent } = event;
    // Written outside of any trace: it stays outside.
    if (parent === null) return event;
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.operation.type': operation,
      'messaging.destination.name': topic,
      'messaging.message.id': id,
    };
    const span = openSpan({ name: `${operation} ${topic}`, kind, parent, attributes });
    spans.push(span);
    return span.traceparent === parent ? event : { ...event, traceparent: span.traceparent };
  });
  try {
    await use(told);
    for (const span of spans) span.end();
  } catch (err) {
    const failure = failureOf(err);
    for (const span of spans) span.end({ failure });
    throw err;
  }
}
