import type { Clock } from '@crossdock/kernel';
import { isOutboundError, type Outbound, type OutboundAnswer } from '@crossdock/outbound';
import type { CallResult } from '../domain/attempt.ts';
import { shownHeaders } from '../domain/custom-headers.ts';
import { isSuccess, type Outcome, wishOf } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { parseRetryAfter } from '../domain/retry-schedule.ts';
import { signatureHeaders } from '../domain/signature.ts';
import type { Credentials } from './credentials.ts';

const USER_AGENT = 'Crossdock-Webhook/1';
/** Tells a receiver that nothing happened. */
const TEST_HEADER = { 'X-Nolux-Test': 'true' };

/** What is sent; `id` is the event's. */
export interface Message {
  id: string;
  body: string;
  test: boolean;
  traceparent: string;
}

interface Answered {
  result: CallResult;
  outcome: Outcome;
}

/** One signed call to an endpoint. Never throws. */
export type Call = (endpoint: Endpoint, message: Message) => Promise<Answered>;

export function createCall({
  outbound,
  credentials,
  clock,
}: {
  outbound: Outbound;
  credentials: Credentials;
  clock: Clock;
}): Call {
  return async (endpoint, { id, body, test, traceparent }) => {
    const at = clock();
    let shown: Record<string, string> = {};
    try {
      const { keys, headers } = credentials.of(endpoint, at);
      const own = {
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
        traceparent,
        ...signatureHeaders({ keys, id, at, body }),
        ...(test && TEST_HEADER),
      };
      shown = headers === null ? own : { ...shownHeaders(headers), ...own };
      const sent = headers === null ? own : { ...headers, ...own };
      const answer = await outbound.post({ url: endpoint.target, headers: sent, body: Buffer.from(body) });
      return answered(answer, { at, requestHeaders: shown }, clock());
    } catch (err) {
      return unanswered(err, { at, requestHeaders: shown });
    }
  };
}

type Sent = Pick<CallResult, 'at' | 'requestHeaders'>;

function answered({ status, headers, body, address, timings }: OutboundAnswer, sent: Sent, now: Date): Answered {
  const good = isSuccess(status);
  return {
    result: {
      ...sent,
      statusCode: status,
      responseBody: body,
      timings,
      address,
      blame: good ? '' : 'receiver',
      error: good ? '' : `HTTP ${status}`,
    },
    outcome: {
      statusCode: status,
      timedOut: false,
      retryAfterMs: parseRetryAfter(headers['retry-after'], now),
      wish: wishOf(headers['webhook-delivery']),
    },
  };
}

const NO_TIMINGS = { dns: null, connect: null, tls: null, firstByte: null, total: 0 };

function unanswered(err: unknown, sent: Sent): Answered {
  const known = isOutboundError(err) ? err : null;
  return {
    result: {
      ...sent,
      statusCode: null,
      responseBody: '',
      timings: known?.timings ?? NO_TIMINGS,
      address: known?.address ?? '',
      blame: known?.blame ?? 'ours',
      error: known === null ? 'internal error' : `${known.code}: ${known.message}`,
    },
    outcome: { statusCode: null, timedOut: known?.timedOut ?? false, retryAfterMs: null, wish: null },
  };
}
