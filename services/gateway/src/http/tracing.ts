import { currentTrace, inTrace, isTraceparent, newId, newTraceparent, type Trace } from '@crossdock/kernel';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';

const SANE_ID = /^[\w.:-]{1,100}$/;
const traces = new WeakMap<IncomingMessage, Trace>();

/** The caller's id when it is sane, else a new one. */
export function requestIdOf(req: IncomingMessage): string {
  const given = String(req.headers['x-request-id'] ?? '');
  return SANE_ID.test(given) ? given : newId();
}

/** Every answer names its request and trace, and everything done for it runs inside that trace. */
export function tracing(app: FastifyInstance): void {
  app.addHook('onRequest', (req, reply, done) => {
    const trace = { requestId: req.id, traceparent: traceparentOf(req.headers['traceparent']) };
    traces.set(req.raw, trace);
    reply.headers({ 'x-request-id': trace.requestId, traceparent: trace.traceparent });
    inTrace(trace, done);
  });
  // Reading a body leaves the trace: its chunks come out of the socket's own context.
  app.addHook('preValidation', (req, _reply, done) => {
    const trace = traces.get(req.raw);
    if (trace === undefined || currentTrace() === trace) return done();
    inTrace(trace, done);
  });
}

/** The caller's trace with a span of our own, or a new trace. */
function traceparentOf(given: unknown): string {
  const own = newTraceparent();
  if (typeof given !== 'string' || !isTraceparent(given)) return own;
  return `${given.slice(0, 36)}${own.slice(36, 52)}${given.slice(52)}`;
}
