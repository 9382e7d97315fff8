import { PlatformError } from '@crossdock/kernel';
import type { HttpAnswer } from '../http-client.ts';
import { parseLossless } from '../lossless.ts';
import { banMs, failureOf } from './error-table.ts';

export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const malformed = (what: string): PlatformError =>
  new PlatformError('RETRYABLE', `malformed answer: ${what}`, { code: 'MALFORMED' });

/** `taobao.items.onsale.get` answers under `items_onsale_get_response`. */
export const responseName = (method: string): string =>
  `${method.replace(/^taobao\./, '').replaceAll('.', '_')}_response`;

/** The body within the platform's envelope. Its own refusal counts before the HTTP status. */
export function readAnswer(method: string, answer: HttpAnswer): JsonObject {
  const root = parseObject(answer.text);
  if (isObject(root?.error_response)) throw refusal(method, root.error_response);
  const body = root?.[responseName(method)];
  if (answer.status !== 200) throw httpFailure(answer);
  if (!isObject(body)) throw malformed(`no ${responseName(method)}`);
  return body;
}

export function parseObject(text: string): JsonObject | null {
  try {
    const value = parseLossless(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** An answer that is not the platform's own: of a gateway, a proxy, an error page. */
export function httpFailure({ status, retryAfter }: HttpAnswer): PlatformError {
  const seconds = /^\d{1,9}$/.test(retryAfter ?? '') ? Number(retryAfter) : null;
  return new PlatformError(status === 429 ? 'RATE_LIMITED' : 'RETRYABLE', `answered with HTTP ${status}`, {
    code: `HTTP_${status}`,
    ...(seconds === null ? {} : { retryAfterMs: seconds * 1_000 }),
  });
}

function refusal(method: string, error: JsonObject): PlatformError {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const code = Number(error.code);
  const sub = text(error.sub_code);
  const failure = failureOf(code, sub);
  const message = [method, String(error.code), sub, text(error.msg), text(error.sub_msg)]
    .filter((part) => part !== '')
    .join(' ');
  const retryAfterMs = failure === 'RATE_LIMITED' ? (banMs(text(error.sub_msg)) ?? banMs(text(error.msg))) : undefined;
  return new PlatformError(failure, message.slice(0, 300), {
    code: sub === '' ? String(error.code) : `${String(error.code)}/${sub}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
