/** What a failed platform call means for retry, health, text and webhook (one table per platform maps to these). */
export type FailureClass =
  | 'AUTH_EXPIRED'
  | 'AUTH_REVOKED'
  | 'CONFIG'
  | 'FORBIDDEN'
  | 'RATE_LIMITED'
  | 'RETRYABLE'
  | 'SHRINK_WINDOW'
  | 'SHOP_CLOSED'
  | 'PERMANENT';

export interface PlatformErrorOptions {
  code?: string;
  retryAfterMs?: number;
  cause?: unknown;
}

/** `code` is the platform's own, `retryAfterMs` its hint on RATE_LIMITED and SHOP_CLOSED; the message never holds a secret. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly failure: FailureClass;
  readonly code: string;
  readonly retryAfterMs: number | undefined;

  constructor(failure: FailureClass, message: string, options: PlatformErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failure = failure;
    this.code = options.code ?? '';
    this.retryAfterMs = options.retryAfterMs;
  }
}

export const isPlatformError = (err: unknown): err is PlatformError =>
  err instanceof Error && err.name === 'PlatformError';
