import { type Clock, inTrace, openSpan, type Span } from '@crossdock/kernel';
import { isOutboundError, type Outbound, type OutboundAnswer } from '@crossdock/outbound';
import type { EndpointSecrets } from '../app/secrets.ts';
import type { Attempt } from '../domain/attempt.ts';
import { type Delivery, isSuccess, type Outcome, verdictOf } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { parseRetryAfter } from '../domain/retry-schedule.ts';
import { signatureHeaders } from '../domain/signature.ts';

const USER_AGENT = 'Crossdock-Webhook/1';
const SECRETS_OPEN = 1_000;

type Result = Omit<Attempt, 'deliveryId' | 'number' | 'at' | 'trigger' | 'verdict'>;

/** Makes one attempt: signs, calls, and says what it makes of the delivery. Never throws. */
export function createSender({
  outbound,
  secrets,
  clock,
}: {
  outbound: Outbound;
  secrets: EndpointSecrets;
  clock: Clock;
}) {
  const opened = new Map<string, string>();

  /** Opened once while it is in use, not for each call. */
  function secretOf(endpoint: Endpoint): string {
    const known = opened.get(endpoint.secret);
    if (known !== undefined) return known;
    if (opened.size === SECRETS_OPEN) opened.clear();
    const secret = secrets.open(endpoint);
    opened.set(endpoint.secret, secret);
    return secret;
  }

  return async function send(delivery: Delivery, endpoint: Endpoint): Promise<Attempt> {
    const at = clock();
    const number = delivery.attemptCount + 1;
    const span = spanOf(delivery, number);
    const trace = { traceparent: span.traceparent, requestId: delivery.eventId };
    const { result, outcome } = await inTrace(trace, () => call(delivery, endpoint, at, trace.traceparent));
    const { statusCode, blame } = result;
    span.end({
      ...(statusCode !== null && { attributes: { 'http.response.status_code': statusCode } }),
      ...(blame !== '' && { failure: blame }),
    });
    const verdict = verdictOf(number, outcome, clock(), Math.random());
    return { deliveryId: delivery.id, number, at, trigger: 'schedule', ...result, verdict };
  };

  async function call(
    { eventId, body }: Delivery,
    endpoint: Endpoint,
    at: Date,
    traceparent: string,
  ): Promise<{ result: Result; outcome: Outcome }> {
    try {
      const signatures = signatureHeaders({ secret: secretOf(endpoint), id: eventId, at, body });
      const headers = { 'content-type': 'application/json', 'user-agent': USER_AGENT, traceparent, ...signatures };
      return answered(await outbound.post({ url: endpoint.target, headers, body: Buffer.from(body) }));
    } catch (err) {
      return unanswered(err);
    }
  }

  function answered({ status, headers, body, address, timings }: OutboundAnswer): { result: Result; outcome: Outcome } {
    const good = isSuccess(status);
    return {
      result: {
        statusCode: status,
        responseBody: body,
        timings,
        address,
        blame: good ? '' : 'receiver',
        error: good ? '' : `HTTP ${status}`,
      },
      outcome: { statusCode: status, timedOut: false, retryAfterMs: parseRetryAfter(headers['retry-after'], clock()) },
    };
  }
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

const NO_TIMINGS = { dns: null, connect: null, tls: null, firstByte: null, total: 0 };

function unanswered(err: unknown): { result: Result; outcome: Outcome } {
  const known = isOutboundError(err) ? err : null;
  return {
    result: {
      statusCode: null,
      responseBody: '',
      timings: known?.timings ?? NO_TIMINGS,
      address: known?.address ?? '',
      blame: known?.blame ?? 'ours',
      error: known === null ? 'internal error' : `${known.code}: ${known.message}`,
    },
    outcome: { statusCode: null, timedOut: known?.timedOut ?? false, retryAfterMs: null },
  };
}
