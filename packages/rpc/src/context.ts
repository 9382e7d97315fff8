import { currentTrace, isTraceparent, newId, newTraceparent } from '@crossdock/kernel';
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

const TENANT = 'x-tenant';
const ACTOR = 'x-actor';
const REQUEST_ID = 'x-request-id';
const TRACEPARENT = 'traceparent';

const deadlines = new AsyncLocalStorage<Date>();

export const withDeadline = <T>(deadline: Date, run: () => T): T => deadlines.run(deadline, run);

/** The end of the call being answered, or far away. */
export const currentDeadline = (): Date | undefined => deadlines.getStore();

export function outgoingMetadata({ tenant, actor }: OutgoingContext): Metadata {
  const metadata = new Metadata();
  const trace = currentTrace();
  if (tenant !== undefined) metadata.set(TENANT, tenant);
  if (actor !== undefined) metadata.set(ACTOR, actor);
  if (trace !== undefined) {
    metadata.set(REQUEST_ID, trace.requestId);
    metadata.set(TRACEPARENT, trace.traceparent);
  }
  return metadata;
}

export function incomingContext(metadata: Metadata, deadline: Date, signal: AbortSignal): CallContext {
  const text = (key: string) => String(metadata.get(key)[0] ?? '');
  const traceparent = text(TRACEPARENT);
  return {
    tenant: text(TENANT),
    actor: text(ACTOR),
    requestId: text(REQUEST_ID) || newId(),
    traceparent: isTraceparent(traceparent) ? traceparent : newTraceparent(),
    signal,
    deadline,
  };
}
