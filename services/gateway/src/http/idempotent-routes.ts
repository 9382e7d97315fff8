import { AppError, canonicalJson, type Logger, sha256Hex } from '@crossdock/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Idempotency } from '../app/idempotency.ts';
import { callerOf } from './request.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;
/** Headers that belong to the answer itself, not to its way. */
const KEPT_HEADERS = ['content-type', 'etag', 'cache-control'];

/** Routes with `idempotent` honour Idempotency-Key: the first answer is kept and given to every repeat. */
export function idempotentRoutes(scope: FastifyInstance, idempotency: Idempotency, log: Logger): void {
  scope.addHook('preHandler', async (req, reply) => {
    if (req.routeOptions.config.idempotent !== true || req.headers['idempotency-key'] === undefined) return;
    const begun = await idempotency.begin({
      tenant: callerOf(req).tenant,
      route: routeOf(req),
      key: keyOf(req),
      bodyHash: bodyHashOf(req),
    });
    if (!('status' in begun)) {
      req.held = begun;
      return;
    }
    return reply
      .code(begun.status)
      .headers({ ...begun.headers, 'idempotency-replayed': 'true' })
      .send(begun.body);
  });
  scope.addHook('onSend', async (req, reply, payload) => {
    if (req.held === null) return;
    const answer = {
      status: reply.statusCode,
      headers: keptHeaders(reply),
      body: typeof payload === 'string' ? payload : '',
    };
    await idempotency
      .end(req.held, answer)
      .catch((err: unknown) => log.warn({ err }, 'answer not kept: a repeat asks the service again'));
  });
}

/** What goes down to the service: it makes the key and the hash unique fields of what it creates. */
export function idempotencyFields(req: FastifyRequest): { idempotencyKey: string; bodyHash: string } {
  return req.held === null
    ? { idempotencyKey: '', bodyHash: '' }
    : { idempotencyKey: req.held.id, bodyHash: bodyHashOf(req) };
}

const routeOf = (req: FastifyRequest) => `${req.method} ${req.url.split('?')[0]}`;

const bodyHashOf = (req: FastifyRequest) => sha256Hex(canonicalJson(req.body ?? null));

function keyOf(req: FastifyRequest): string {
  const key = String(req.headers['idempotency-key']);
  if (KEY.test(key)) return key;
  throw new AppError('invalid', 'VALIDATION', '参数校验失败', {
    details: { 'Idempotency-Key': ['应为 1 到 255 个可见的 ASCII 字符'] },
  });
}

const keptHeaders = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
  );
