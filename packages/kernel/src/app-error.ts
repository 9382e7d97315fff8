/** Every expected failure is one of these; each family maps a kind to its status once. */
export const ERROR_KINDS = [
  'malformed',
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'stale',
  'quota',
  'too_many',
  'too_large',
  'unsupported',
  'unavailable',
  'internal',
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];

/** Field path to reasons, for the person who sent it. */
export type FieldErrors = Record<string, string[]>;

export interface AppErrorOptions {
  details?: FieldErrors;
  retryAfterMs?: number;
  cause?: unknown;
}

/** `code` is the product code an API shows (`QUOTA_003`), `message` the text for its user. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: FieldErrors | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(kind: ErrorKind, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }
}

export const isAppError = (err: unknown): err is AppError => err instanceof Error && err.name === 'AppError';

/** The usual refusal of a body: one field, one reason. */
export const invalidField = (field: string, reason: string): AppError =>
  new AppError('invalid', 'VALIDATION', '参数校验失败', { details: { [field]: [reason] } });

/** The refusal of an idempotency key that belongs to a request with another body. */
export const keyReused = (): AppError =>
  new AppError('invalid', 'IDEMPOTENCY_KEY', '幂等键已用于另一个请求', {
    details: { 'Idempotency-Key': ['该幂等键已用于内容不同的请求'] },
  });
