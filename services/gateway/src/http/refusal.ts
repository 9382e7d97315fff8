import { AppError, type ErrorKind, isAppError, type Logger } from '@crossdock/kernel';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Family } from './family.ts';
import { fieldErrors } from './validation.ts';

const STATUS: Record<ErrorKind, number> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  quota: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  too_large: 413,
  unsupported: 415,
  invalid: 422,
  too_many: 429,
  internal: 500,
  unavailable: 503,
};

const DEFAULT_RETRY_AFTER_MS = 1_000;

export const notFound = (): AppError => new AppError('not_found', 'NOT_FOUND', '资源不存在');

/** The status that a family answers an error with. */
export const statusOf = ({ statuses }: Family, { kind }: AppError): number => statuses?.[kind] ?? STATUS[kind];

/** Answers with the family's own body for whatever went wrong; only faults behind it are logged. */
export function refuse(
  family: Family,
  err: unknown,
  req: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  const error = appErrorOf(err);
  const status = statusOf(family, error);
  const request = { method: req.method, url: req.originalUrl };
  if (status === 500) log.error({ err, ...request }, 'request failed');
  if (status === 503) log.warn({ reason: reasonOf(error), ...request }, 'service away');
  if (status === 429 || status === 503) {
    void reply.header('retry-after', Math.max(1, Math.ceil((error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) / 1000)));
  }
  return reply.code(status).send(family.refusal(error, status));
}

/** In one line: a service that is away needs no stack. */
const reasonOf = ({ cause, message }: AppError): string => (Error.isError(cause) ? cause.message : message);

/** Fastify's own refusals in our terms; what we do not know is our fault. */
function appErrorOf(err: unknown): AppError {
  if (isAppError(err)) return err;
  const { code, statusCode = 500, validation, validationContext } = err as Partial<FastifyError>;
  if (validation !== undefined)
    return new AppError('invalid', 'VALIDATION', '参数校验失败', {
      details: fieldErrors(validation, validationContext),
    });
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return notFound();
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new AppError('too_large', 'TOO_LARGE', '请求体不能超过 1 MiB');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new AppError('unsupported', 'UNSUPPORTED', '请求体的类型不受支持');
  if (statusCode >= 400 && statusCode < 500)
    return new AppError('malformed', 'MALFORMED', '请求格式错误', { cause: err });
  return new AppError('internal', 'INTERNAL', '服务器内部错误', { cause: err });
}
