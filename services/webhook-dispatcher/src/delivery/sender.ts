import { type Clock, inTrace, openSpan, type Span } from '@crossdock/kernel';
import type { Attempt } from '../domain/attempt.ts';
import { type Delivery, farewellOf, verdictOf } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { USUAL_SCHEDULE } from '../domain/retry-schedule.ts';
import type { Call } from '../app/call.ts';

/** Makes one attempt: calls, and says what it makes of the delivery. Never throws. */
export function createSender({ call, clock }: { call: Call; clock: Clock }) {
  return async function send(delivery: Delivery, endpoint: Endpoint): Promise<Attempt> {
    const number = delivery.attemptCount + 1;
    const span = spanOf(delivery, number);
    const { eventId: id, body = '', test = false } = delivery;
    const { traceparent } = span;
    const { result, outcome } = await inTrace({ traceparent, requestId: id }, () =>
      call(endpoint, { id, body, test, traceparent }),
    );
    const { statusCode, blame } = result;
    span.end({
      ...(statusCode !== null && { attributes: { 'http.response.status_code': statusCode } }),
      ...(blame !== '' && { failure: blame }),
    });
    const verdict = verdictOf({
      number: number - (delivery.attemptsBefore ?? 0),
      schedule: endpoint.retrySchedule ?? USUAL_SCHEDULE,
      outcome,
      now: clock(),
      random: Math.random(),
    });
    const trigger = delivery.trigger ?? 'schedule';
    return { deliveryId: delivery.id, number, trigger, ...result, verdict, farewell: farewellOf(outcome) };
  };
}

export type Sender = ReturnType<typeof createSender>;

const spanOf = ({ id, endpointId, type, traceparent: parent }: Delivery, number: number): Span =>
  openSpan({
    name: `webhook ${type}`,
    kind: 'client',
    parent,
    attributes: {
      'http.request.method': 'POST',
      'crossdock.delivery_id': id,
      'crossdock.endpoint_id': endpointId,
      'crossdock.attempt': number,
    },
  });
