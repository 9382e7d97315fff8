import type { Receiver } from '../receiver.ts';
import type { KafkaRecord } from '../records.ts';
import type { Screen } from '../screen.ts';
import type { ServiceName } from '../services.ts';
import { call, type HttpRequest } from './http.ts';

export interface TourOptions {
  gateway: string;
  control: string;
  kafka: string[];
  topicPrefix: string;
  /** Where webhooks are to go. */
  webhooks: Receiver;
  screen: Screen;
  signal: AbortSignal;
}

/** What the steps learn and hand on. */
export interface Tour extends TourOptions {
  token: string;
  connectorId: string;
  authUrl: string;
  webhookSecret: string;
  taskId: string;
  record: KafkaRecord;
}

/** One step: what it does in words, the service that does the most of it (whose log tells more), and the doing. */
export interface Step {
  title: string;
  service: ServiceName;
  run(tour: Tour): Promise<void>;
}

/** A step came out otherwise than it says. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

/** A call of the API that has to answer one of `expected`; shown as the line that went over the wire. */
export async function show<T>(
  tour: Tour,
  request: HttpRequest,
  ...expected: number[]
): Promise<{ status: number; body: T }> {
  const { status, body, line } = await call<T>(request, tour.signal);
  say(tour, line);
  if (!expected.includes(status))
    throw new StepFailure(`${request.method} ${request.url} answered ${status}: ${JSON.stringify(body)}`);
  return { status, body };
}

export const say = ({ screen }: Tour, text: string): void => screen.line(`   ${text}`);

export const number = (value: number): string => value.toLocaleString('en-US');
