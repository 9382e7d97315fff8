import { isTraceparent, type Logger, recordSpans, type SpanKind, type SpanStart } from '@crossdock/kernel';
import {
  type Context,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanKind as Kinds,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** What a killed process takes with it. */
const EXPORT_EVERY_MS = 1_000;
const EXPORT_LIMIT_MS = 3_000;

const KINDS: Record<SpanKind, Kinds> = {
  server: Kinds.SERVER,
  client: Kinds.CLIENT,
  producer: Kinds.PRODUCER,
  consumer: Kinds.CONSUMER,
  internal: Kinds.INTERNAL,
};

/**
 * Records the spans of this process and sends them to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; answers how
 * to send the rest at the end. Imported only when there is one: nobody else pays for what it loads.
 */
export function exportSpans(service: string, log: Logger): () => Promise<void> {
  reportFailures(log);
  const exporter = new OTLPTraceExporter({ timeoutMillis: EXPORT_LIMIT_MS });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'crossdock' }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_EVERY_MS })],
  });
  const tracer = provider.getTracer('crossdock');
  recordSpans(({ name, kind, parent, attributes = {}, startedAt }: SpanStart) => {
    const span = tracer.startSpan(
      name,
      { kind: KINDS[kind], attributes, ...(startedAt && { startTime: startedAt }) },
      below(parent),
    );
    return {
      traceparent: traceparentOf(span),
      end({ failure, attributes: more = {} } = {}) {
        span.setAttributes(more);
        if (failure !== undefined)
          span.setAttribute('error.type', failure).setStatus({ code: SpanStatusCode.ERROR, message: failure });
        span.end();
      },
    };
  });
  return () => provider.shutdown().catch(() => undefined);
}

/** A collector that is away costs spans, and a line in the log for each batch. */
function reportFailures(log: Logger): void {
  const quiet = () => undefined;
  const error = (reason: string) => log.warn({ reason }, 'spans were not exported');
  diag.setLogger({ error, warn: quiet, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.ERROR);
}

function below(parent: string | null): Context {
  if (parent === null || !isTraceparent(parent)) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] = parent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
