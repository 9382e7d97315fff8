import { createHash, createHmac } from 'node:crypto';

export const SIGN_METHODS = ['md5', 'hmac', 'hmac-sha256'] as const;

export type SignMethod = (typeof SIGN_METHODS)[number];

export const isSignMethod = (text: string): text is SignMethod => (SIGN_METHODS as readonly string[]).includes(text);

/** The upper-case signature of a call over its decoded values: all but `sign` and empty ones, by key in byte order. */
export function signatureOf(params: Iterable<[string, string]>, secret: string, method: SignMethod): string {
  const pairs: [string, string][] = [];
  for (const pair of params) if (pair[0] !== 'sign' && pair[1] !== '') pairs.push(pair);
  pairs.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  let text = '';
  for (const [key, value] of pairs) text += key + value;
  const hash =
    method === 'md5'
      ? createHash('md5').update(secret + text + secret, 'utf8')
      : createHmac(method === 'hmac' ? 'md5' : 'sha256', secret).update(text, 'utf8');
  return hash.digest('hex').toUpperCase();
}
