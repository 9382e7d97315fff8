import { isPlatformError, PlatformError } from '@crossdock/kernel';
import type { Session } from '../adapter.ts';
import { type HttpAnswer, type HttpClient, TOO_LARGE } from '../http-client.ts';
import type { RowBytes } from '../row-bytes.ts';
import { type JsonObject, type RawList, readAnswer } from './answer.ts';
import { sign } from './sign.ts';
import { topTime } from './top-time.ts';

const SIGN_METHOD = 'hmac-sha256';
const STALE_TIMESTAMP = '31';
/** Within this the platform's clock counts as ours: what incremental windows overlap by covers more. */
const CLOCK_SLACK_MS = 5_000;

/**
 * Reads what a call is for out of the answer's body, which took so many bytes; a PlatformError thrown here counts as the
 * call's failure. `rows` are those of the list that the call wants as it came; null when they cannot be told apart: then
 * they stand in the body.
 */
export type Read<T> = (body: JsonObject, bytes: number, rows: RowBytes[] | null) => T;

interface CallOptions<T> {
  /** What a refusal says when it is an answer, as `no such trade` is; undefined when it is none. */
  says?: (refusal: PlatformError) => T | undefined;
  list?: RawList;
}

export interface TopClient {
  /** How far the platform's clock is ahead of ours (negative: behind), by its answers; 0 before the first. */
  aheadMs(): number;
  call<T>(
    session: Session,
    method: string,
    params: Record<string, string>,
    read: Read<T>,
    options?: CallOptions<T>,
  ): Promise<T>;
}

/** Exactly these: rows that count as unknown are taken for deleted, and `29/isv.appkey-not-exists` says nothing of a row. */
const UNKNOWN = new Set(['15/isv.trade-not-exist', '15/isv.sku-not-exist']);

/** The platform does not know the record it was asked for. */
export const isUnknown = ({ code }: PlatformError): boolean => UNKNOWN.has(code);

/** One answer was larger than the client takes. */
export const isTooLarge = (err: unknown): boolean => isPlatformError(err) && err.code === TOO_LARGE;

/** Calls of the gateway: gate, signature, deadline, classification. The platform's clock wins over ours. */
export function topClient(http: HttpClient, apiUrl: string): TopClient {
  let aheadMs = 0;

  function signed(session: Session, method: string, params: Record<string, string>): Record<string, string> {
    const all: Record<string, string> = {
      ...params,
      method,
      app_key: session.config.app_key ?? '',
      session: session.accessToken,
      timestamp: topTime(session.now().getTime() + aheadMs),
      v: '2.0',
      format: 'json',
      sign_method: SIGN_METHOD,
    };
    for (const [key, value] of Object.entries(all)) if (value === '') delete all[key];
    return { ...all, sign: sign(all, session.config.app_secret ?? '', SIGN_METHOD) };
  }

  /** An answer tells its moment in whole seconds: some moment between when it was asked for and now. */
  function learnClock({ date }: HttpAnswer, askedAt: number, now: number): void {
    const theirs = Date.parse(date ?? '');
    if (Number.isNaN(theirs)) return;
    const [least, most] = [theirs - now, theirs + 1_000 - askedAt];
    if (aheadMs < least - CLOCK_SLACK_MS || aheadMs > most + CLOCK_SLACK_MS) aheadMs = Math.round((least + most) / 2);
  }

  const isStale = ({ code }: PlatformError, answer: HttpAnswer | undefined): boolean =>
    code.split('/')[0] === STALE_TIMESTAMP && !Number.isNaN(Date.parse(answer?.date ?? ''));

  async function attempt<T>(
    session: Session,
    method: string,
    params: Record<string, string>,
    read: Read<T>,
    options: CallOptions<T>,
    first: boolean,
  ): Promise<T> {
    await session.call.take(session.signal);
    const begun = performance.now();
    const durationMs = () => Math.round(performance.now() - begun);
    let answer: HttpAnswer | undefined;
    const answered = () => session.call.done({ ok: true, durationMs: durationMs(), bytes: answer?.body.length ?? 0 });
    try {
      const askedAt = session.now().getTime();
      answer = await http.postForm(apiUrl, signed(session, method, params), session.signal);
      learnClock(answer, askedAt, session.now().getTime());
      const { body, rows } = readAnswer(method, answer, session.now(), options.list);
      const result = read(body, answer.body.length, rows);
      answered();
      return result;
    } catch (err) {
      const failure = failureFrom(err, session);
      const said = options.says?.(failure);
      // Whoever answers more than is taken is well: what to do about it is the caller's.
      if (said !== undefined || isTooLarge(failure)) {
        answered();
        if (said !== undefined) return said;
        throw failure;
      }
      const again = first && isStale(failure, answer);
      const { code, message, retryAfterMs } = failure;
      session.call.done({
        ok: false,
        failure: again ? 'RETRYABLE' : failure.failure,
        code,
        message,
        durationMs: durationMs(),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      });
      if (again) return attempt(session, method, params, read, options, false);
      throw isPlatformError(err) ? failure : err;
    }
  }

  return {
    aheadMs: () => aheadMs,
    call: (session, method, params, read, options = {}) => attempt(session, method, params, read, options, true),
  };
}

/** What the gate is told and the caller gets: without the secrets that a platform may have echoed. */
function failureFrom(err: unknown, { config, accessToken, signal }: Session): PlatformError {
  if (isPlatformError(err)) return withoutSecrets(err, [config.app_secret, accessToken]);
  if (signal?.aborted) return new PlatformError('RETRYABLE', 'given up by the caller', { code: 'ABORTED' });
  return new PlatformError('PERMANENT', 'the answer could not be handled', { code: 'INTERNAL' });
}

export function withoutSecrets(err: PlatformError, secrets: (string | undefined)[]): PlatformError {
  const clean = (text: string) =>
    secrets.reduce<string>((left, secret) => (secret ? left.replaceAll(secret, '***') : left), text);
  if (clean(err.message) === err.message && clean(err.code) === err.code) return err;
  const { failure, retryAfterMs } = err;
  return new PlatformError(failure, clean(err.message), {
    code: clean(err.code),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
