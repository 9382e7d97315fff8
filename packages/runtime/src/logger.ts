import { currentTrace, type Logger } from '@crossdock/kernel';
import { pino } from 'pino';

const SECRET_FIELDS = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'app_secret',
  'appSecret',
  'client_secret',
  'clientSecret',
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'private_key',
  'KEY_ENCRYPTION_KEYS',
  'MONGODB_URI',
];

/** Depths at which a field of these names is covered, however it came into the log line. */
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

const MAX_CAUSES = 5;

/** What a line tells of an error: drivers hang whole connections on theirs, which no line can hold. */
export function errorFields(err: unknown, depth = 0): unknown {
  if (!Error.isError(err)) return err;
  const { name, code, message, stack, cause } = err as Error & { code?: string | number };
  const told = { type: name, ...(code !== undefined && { code }), message, stack };
  return cause === undefined || depth === MAX_CAUSES ? told : { ...told, cause: errorFields(cause, depth + 1) };
}

/** JSON lines on stdout; each carries the request and trace it belongs to, none a secret. */
export const createLogger = (name: string, level: string): Logger =>
  pino({
    level,
    base: { service: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: DEPTHS.flatMap((depth) => SECRET_FIELDS.map((field) => depth + field)), censor: '***' },
    serializers: { err: (err: unknown) => errorFields(err) },
    mixin: () => {
      const trace = currentTrace();
      return trace === undefined ? {} : { request_id: trace.requestId, trace_id: trace.traceparent.slice(3, 35) };
    },
  });
