import { currentTrace, isTraceparent, newId } from '@crossdock/kernel';
import { Metadata } from '@grpc/grpc-js';
import { AsyncLocalStorage } from 'node:async_hooks';

/** Who calls, for which tenant ('' where none is needed), and how long the answer is wanted. */
export interface CallContext {
  tenant: string;
  actor: string;
  requestId: string;
  traceparent: string;
  /** Aborts when the caller gave up. */
  signal: AbortSignal;
  deadline: Date;
}

export interface OutgoingContext {
  tenant?: string;
  actor?: string;
  /** Instead of the client's own; the rest of an incoming call's time caps both. */
  deadlineMs?: number;
}

export interface OutgoingStream extends Omit<OutgoingContext, 'deadlineMs'> {
  /** Ends the stream. */
  signal?: AbortSignal;
}

const TENANT = 'x-tenant';
const ACTOR = 'x-actor';
const REQUEST_ID = 'x-request-id';
const TRACEPARENT = 'traceparent';

const deadlines = new AsyncLocalStorage<Date>();

export const withDeadline = <T>(deadline: Date, run: () => T): T => deadlines.run(deadline, run);

/** The end of the call being answered, or far away. */
export const currentDeadline = (): Date | undefined => deadlines.getStore();

export function outgoingMetadata({ tenant, actor }: OutgoingContext, traceparent: string | undefined): Metadata {
  const metadata = new Metadata();
  const requestId = currentTrace()?.requestId;
  if (tenant !== undefined) metadata.set(TENANT, tenant);
  if (actor !== undefined) metadata.set(ACTOR, actor);
  if (requestId !== undefined) metadata.set(REQUEST_ID, requestId);
  if (traceparent !== undefined) metadata.set(TRACEPARENT, traceparent);
  return metadata;
}

const text = (metadata: Metadata, key: string): string => String(metadata.get(key)[0] ?? '');

/** The caller's traceparent, null when it has none. */
export function incomingTrace(metadata: Metadata): string | null {
  const traceparent = text(metadata, TRACEPARENT);
  return isTraceparent(traceparent) ? traceparent : null;
}

export const incomingContext = (
  metadata: Metadata,
  call: Pick<CallContext, 'traceparent' | 'deadline' | 'signal'>,
): CallContext => ({
  tenant: text(metadata, TENANT),
  actor: text(metadata, ACTOR),
  requestId: text(metadata, REQUEST_ID) || newId(),
  ...call,
});
