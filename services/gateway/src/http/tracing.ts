import { currentTrace, inTrace, isTraceparent, newId, openSpan, type Span, type Trace } from '@crossdock/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { routeOf } from './metrics.ts';

const SANE_ID = /^[\w.:-]{1,100}$/;
const begun = new WeakMap<IncomingMessage, { trace: Trace; span: Span }>();

/** The caller's id when it is sane, else a new one. */
export function requestIdOf(req: IncomingMessage): string {
  const given = String(req.headers['x-request-id'] ?? '');
  return SANE_ID.test(given) ? given : newId();
}

/** Every answer names its request and trace, and everything done for it runs inside that trace, below a span of its own. */
export function tracing(app: FastifyInstance): void {
  app.addHook('onRequest', (req, reply, done) => {
    const span = spanOf(req);
    const trace = { requestId: req.id, traceparent: span.traceparent };
    begun.set(req.raw, { trace, span });
    reply.headers({ 'x-request-id': trace.requestId, traceparent: trace.traceparent });
    inTrace(trace, done);
  });
  // Reading a body leaves the trace: its chunks come out of the socket's own context.
  app.addHook('preValidation', (req, _reply, done) => {
    const trace = begun.get(req.raw)?.trace;
    if (trace === undefined || currentTrace() === trace) return done();
    inTrace(trace, done);
  });
  app.addHook('onResponse', (req, { statusCode }, done) => {
    const attributes = { 'http.response.status_code': statusCode };
    begun.get(req.raw)?.span.end(statusCode < 500 ? { attributes } : { attributes, failure: String(statusCode) });
    done();
  });
}

/** Below the caller's own, when it sent a sane one. */
function spanOf(req: FastifyRequest): Span {
  const given = String(req.headers['traceparent'] ?? '');
  const route = routeOf(req);
  return openSpan({
    name: `${req.method} ${route}`,
    kind: 'server',
    parent: isTraceparent(given) ? given : null,
    attributes: { 'http.request.method': req.method, 'http.route': route, 'crossdock.request_id': req.id },
  });
}
