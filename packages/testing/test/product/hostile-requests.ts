import { expect } from '@jest/globals';
import type { Send } from '../../src/e2e/http.ts';
import { chinese } from './expected.ts';

/** Who answers, and what a refusal looks like in its words. */
export const FAMILIES = {
  commerce: (status: number) => ({
    code: status,
    message: chinese,
    data: status === 422 ? { errors: expect.any(Object) } : null,
  }),
  shops: (status: number) => ({
    success: false,
    message: chinese,
    ...(status === 422 ? { errors: expect.any(Object) } : { error: expect.any(String) }),
  }),
  tokens: () => ({ error: expect.stringMatching(/^[a-z_]+$/) }),
  channels: (status: number) => ({ code: status, message: chinese, result: null }),
};
export type Family = keyof typeof FAMILIES;

/** What no answer may ever show. */
export const INSIDES = /\bat .+:\d+:\d+|node_modules|\.ts\b|Mongo|E11000|Kafka|ECONN|grpc|TypeError|FST_/i;

const raw = (text: string | Uint8Array<ArrayBuffer>, type = 'application/json'): Send => ({
  raw: text,
  headers: { 'content-type': type },
});
const nested = (depth: number) => `{"config":${'['.repeat(depth)}${']'.repeat(depth)}}`;

/** Bodies nobody may send anywhere; 422 is 400 for the token route, as OAuth 2.0 has it. */
export const HOSTILE_BODIES: [string, Send, number][] = [
  ['half a JSON', raw('{"name":'), 400],
  ['nothing', raw(''), 400],
  ['no JSON at all', raw('name=x'), 400],
  ['a key twice', raw('{"name":"a","name":"b"}'), 422],
  ['a key twice, once escaped', raw('{"name":"a","\\u006eame":"b"}'), 422],
  ['invalid UTF-8', raw(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), 400],
  ['too deep', raw(nested(25)), 422],
  ['much too deep', raw(nested(100_000)), 422],
  ['plain text', raw('{}', 'text/plain'), 415],
  ['XML', raw('<a/>', 'application/xml'), 415],
  ['no content type', { raw: Uint8Array.of(0x7b, 0x7d) }, 415],
  ['a multipart form', raw('--x--', 'multipart/form-data; boundary=x'), 415],
  ['over 1 MiB', raw(JSON.stringify({ name: 'x'.repeat(1_100_000) })), 413],
  ['a list', { json: [] }, 422],
  ['null', { json: null }, 422],
  ['a number', { json: 7 }, 422],
  ['__proto__', raw('{"__proto__":{"admin":true}}'), 422],
  ['constructor', raw('{"constructor":{"prototype":{"admin":true}}}'), 422],
  ['an operator as a field', { json: { $gt: '' } }, 422],
  ['an operator as a value', { json: { name: { $gt: '' }, username: { $ne: null }, client_id: { $ne: null } } }, 422],
  ['a control character', raw('{"name":"a\\u0000b","username":"a\\u0000b","grant_type":"a\\u0000b"}'), 422],
  ['half a surrogate', raw('{"name":"a\\ud800","username":"a\\ud800","grant_type":"a\\ud800"}'), 422],
];

export const HOSTILE_PATHS: [Family, string, string, number][] = [
  ['commerce', 'GET', '/api/v1/connectors/%FF', 400],
  ['commerce', 'GET', '/api/v1/connectors/%zz/sync/tasks', 400],
  ['commerce', 'GET', `/api/v1/connectors/${'x'.repeat(3_000)}`, 404],
  ['commerce', 'GET', `/api/v1/connectors/${'%E5%BA%97'.repeat(300)}/health`, 404],
  ['commerce', 'GET', '/api/v1/connectors/../../etc/passwd', 404],
  ['commerce', 'GET', '/api/v1/connectors/..%2f..%2fetc%2fpasswd', 404],
  ['commerce', 'GET', '/api/v1/connectors/{$ne}', 404],
  ['commerce', 'GET', '/api/v1/connectors/00000000-0000-0000-0000-000000000000', 404],
  ['commerce', 'GET', '/api/v1/connectors/01900000-0000-7000-8000-000000000000/sync/tasks/%00', 404],
  ['commerce', 'GET', '/api/v1/nothing', 404],
  ['commerce', 'PATCH', '/api/v1/connectors', 404],
  ['commerce', 'DELETE', '/api/v1/connectors', 404],
  ['commerce', 'OPTIONS', '/api/v1/connectors', 404],
  ['commerce', 'PUT', '/api/v1/connectors/types', 404],
  ['shops', 'GET', '/api/%FF', 400],
  ['shops', 'GET', `/api/${'x'.repeat(3_000)}`, 404],
  ['shops', 'PATCH', '/api/shops', 404],
  ['shops', 'GET', '/api/auth/login', 404],
  ['tokens', 'GET', '/auth/%FF', 400],
  ['tokens', 'GET', '/auth/token', 404],
  ['tokens', 'POST', '/auth/other', 404],
  ['channels', 'GET', '/api/v1/channels/%zz', 400],
  ['channels', 'GET', '/api/v1/channels/nothing', 404],
];
