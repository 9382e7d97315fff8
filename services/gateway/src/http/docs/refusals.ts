import { keyReused } from '@crossdock/kernel';
import { tokenInvalid } from '../../app/token-verifier.ts';
import { notFound } from '../refusal.ts';
import { fault, type Operation, type Refusal, refusal } from './operation.ts';
import type { RouteEntry } from './route-table.ts';

const malformed = refusal('malformed', 'MALFORMED', '请求格式错误', 'The address or the JSON cannot be read.');
const unauthenticated: Refusal = {
  when: 'There is no token, or it is expired or not one of ours.',
  error: tokenInvalid(),
};
const forbidden = refusal(
  'forbidden',
  'FORBIDDEN',
  '没有权限访问该资源',
  'The token is for another audience, or its role lacks the permission.',
);
const unknown: Refusal = { when: 'There is no such thing, or it is another tenant’s.', error: notFound() };
const running = refusal(
  'conflict',
  'IDEMPOTENCY_RUNNING',
  '相同幂等键的请求正在处理中，请稍后重试',
  'A request with the same `Idempotency-Key` is still running.',
);
const keyTaken: Refusal = { when: 'The `Idempotency-Key` came before with another body.', error: keyReused() };
const stale = refusal(
  'stale',
  'STALE',
  '资源已被修改，请刷新后重试',
  'The tag in `If-Match` is not the one of now: somebody changed it meanwhile.',
);
const tooLarge = refusal('too_large', 'TOO_LARGE', '请求体不能超过 1 MiB', 'The body is larger than 1 MiB.');
const unsupported = refusal('unsupported', 'UNSUPPORTED', '请求体的类型不受支持', 'The body is not JSON.');
const invalidPage = fault('page', '不能小于 1', 'A parameter is out of its range.');
const invalidBody = fault('name', '不能为空', 'The body does not fit its schema.');
const tooMany = refusal(
  'too_many',
  'TOO_MANY_REQUESTS',
  '请求过于频繁，请稍后重试',
  'The tenant made more requests than its limit.',
);
const internal = refusal('internal', 'INTERNAL', '服务器内部错误', 'The fault is ours.');
const unavailable = refusal(
  'unavailable',
  'SERVICE_UNAVAILABLE',
  '服务暂时不可用，请稍后重试',
  'A service behind the gateway is away.',
);

/** Refusals that look the same wherever they come, by the name their response has in a document. */
export const COMMON: Record<string, Refusal> = {
  Malformed: malformed,
  Unauthenticated: unauthenticated,
  Forbidden: forbidden,
  NotFound: unknown,
  Stale: stale,
  TooLarge: tooLarge,
  Unsupported: unsupported,
  InvalidParameter: invalidPage,
  InvalidBody: invalidBody,
  TooManyRequests: tooMany,
  Internal: internal,
  Unavailable: unavailable,
};

/** All that an operation can be refused with: what its route's facts bring, and its own. */
export function refusalsOf(route: RouteEntry, { fixed, ifMatch, refusals = [] }: Operation): Refusal[] {
  if (fixed) return [];
  const { method, url, guarded, idempotent, body, querystring } = route;
  return [
    malformed,
    ...(guarded ? [unauthenticated, forbidden, tooMany] : []),
    ...(url.includes('/:') ? [unknown] : []),
    ...(idempotent ? [running] : []),
    ...(ifMatch ? [stale] : []),
    ...(method === 'GET' ? [] : [tooLarge, unsupported]),
    ...(querystring === undefined ? [] : [invalidPage]),
    ...(body === undefined ? [] : [invalidBody]),
    ...(idempotent ? [keyTaken] : []),
    internal,
    unavailable,
    ...refusals,
  ];
}
