import { inTrace, newTraceparent } from './trace.ts';

export type SpanKind = 'server' | 'client' | 'producer' | 'consumer' | 'internal';

/** Named as OpenTelemetry's semantic conventions name them. */
export type Attributes = Record<string, string | number | boolean>;

export interface SpanStart {
  /** Of few values: a route or a method, no ids. */
  name: string;
  kind: SpanKind;
  /** The traceparent it belongs below; null begins a trace. */
  parent: string | null;
  attributes?: Attributes;
  /** Now, unless it began earlier. */
  startedAt?: Date;
}

/** `failure` says in a word what went wrong; absent when all went well. */
export interface SpanEnd {
  failure?: string;
  attributes?: Attributes;
}

export interface Span {
  /** For all that is done and told within it. */
  traceparent: string;
  end(outcome?: SpanEnd): void;
}

export type Tracer = (start: SpanStart) => Span;

/** Without a tracer nothing is recorded, and the trace goes on as it came. */
const passOn: Tracer = ({ parent }) => ({ traceparent: parent ?? newTraceparent(), end() {} });

let tracer = passOn;

/** Where this process records its spans, from now on. */
export function recordSpans(by: Tracer): void {
  tracer = by;
}

export const openSpan: Tracer = (start) => tracer(start);

/** Runs within a span of its own; what it throws is the span's failure. */
export async function inSpan<T>(
  start: SpanStart,
  requestId: string,
  run: (traceparent: string) => Promise<T>,
): Promise<T> {
  const span = openSpan(start);
  const { traceparent } = span;
  try {
    const result = await inTrace({ traceparent, requestId }, () => run(traceparent));
    span.end();
    return result;
  } catch (err) {
    span.end({ failure: failureOf(err) });
    throw err;
  }
}

/** An error's code or name: its text may tell too much. */
export function failureOf(err: unknown): string {
  const { code, name } = (err ?? {}) as { code?: string | number; name?: string };
  return String(code || name || 'error');
}
