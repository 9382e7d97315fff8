import { createHmac, hash } from 'node:crypto';

export type SignMethod = 'md5' | 'hmac' | 'hmac-sha256';

/** TOP's signature over every sent parameter but `sign`: sorted by key, key and value joined without separators, hex in capitals. */
export function sign(params: Record<string, string>, secret: string, method: SignMethod): string {
  const text = Object.keys(params)
    .toSorted()
    .map((key) => key + params[key])
    .join('');
  return digest(text, secret, method).toUpperCase();
}

function digest(text: string, secret: string, method: SignMethod): string {
  if (method === 'md5') return hash('md5', secret + text + secret);
  return createHmac(method === 'hmac' ? 'md5' : 'sha256', secret)
    .update(text)
    .digest('hex');
}
