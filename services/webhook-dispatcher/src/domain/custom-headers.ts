import type { FieldErrors } from '@crossdock/kernel';

const MOST = 10;
const LONGEST = 1_000;
const NAME = /^(authorization|x-[a-z0-9-]{1,60})$/;
/** Ours, and those by which proxies tell where a call came from. */
const RESERVED = /^x-(nolux|crossdock|forwarded|real-ip|request-id|webhook|hub-signature)/;
const SECRET = /auth|token|key|secret|passw|credential|session|cookie|sign/;
// Visible ASCII with spaces inside: nothing that ends a header.
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** A secret header as it is shown; sent back it stands for the one that is stored. */
const MASK = '***';

export type Headers = Record<string, string>;

const isSecretHeader = (name: string): boolean => SECRET.test(name);

/** In lower case, as they are kept and compared. */
export const normalHeaders = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export const shownHeaders = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? MASK : value]));

/** What is wrong with headers that a partner wants to be sent, by path. */
export function headerFaults(headers: Headers): FieldErrors {
  const faults: FieldErrors = {};
  const names = Object.keys(headers);
  if (names.length > MOST) return { headers: [`最多 ${MOST} 个请求头`] };
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length) faults['headers'] = ['请求头不能重复'];
  for (const [name, value] of Object.entries(headers)) {
    const field = `headers.${name.slice(0, 100)}`;
    const known = name.toLowerCase();
    if (!NAME.test(known) || RESERVED.test(known))
      faults[field] = ['只能设置 Authorization 和以 X- 开头的请求头（保留的除外）'];
    else if (value.length > LONGEST || !VALUE.test(value))
      faults[field] = [`应为不超过 ${LONGEST} 个字符的可见 ASCII 字符，首尾不能有空格`];
  }
  return faults;
}

/** The given headers with stored secrets in place of their masks; what has no stored one to stand for is named in `unknown`. */
export function unmasked(given: Headers, stored: Headers): { headers: Headers; unknown: string[] } {
  const unknown: string[] = [];
  const headers = Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (!isSecretHeader(name) || value !== MASK) return [name, value];
      if (stored[name] === undefined) unknown.push(name);
      return [name, stored[name] ?? value];
    }),
  );
  return { headers, unknown };
}
