import { isIP } from 'node:net';
import { isPublicAddress } from './address.ts';
import type { AllowList } from './allow-list.ts';

const MAX_LENGTH = 2_048;
const PORTS = new Set([80, 443, 8080, 8443]);
const LOCAL_NAME = /(^|\.)(localhost|local|internal|localdomain)$/;
// Whitespace, controls and backslashes are dropped or rewritten by URL parsers, each in its own way.
const CONFUSING = /[\p{White_Space}\p{Cc}\p{Cf}\\]/u;
// An empty user name too, which a parsed URL does not show.
const USERINFO = /^[a-z]+:\/*[^/?#]*@/i;
const EMPTY_LABEL = /^\.|\.\.|\.$/;

export const PRIVATE_ADDRESS = '不能指向内网、本机或保留地址';

/** A parsed address and whether the operator named its host and port: then its addresses are not questioned. */
export interface Target {
  url: URL;
  trusted: boolean;
}

const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));

/** The host without the brackets of IPv6 and the dot that ends a full name. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

/** Everything that can be told without asking a name server; answers the reason of a refusal, in Chinese. */
export function judge(text: string, allow: AllowList): Target | string {
  if (text.length > MAX_LENGTH) return `长度不能超过 ${MAX_LENGTH} 个字符`;
  if (CONFUSING.test(text)) return '不能包含空白、控制字符或反斜杠';
  if (!URL.canParse(text)) return '不是有效的 URL';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return '只支持 http 和 https';
  if (USERINFO.test(text)) return '不能包含用户名或密码';
  const port = portOf(url);
  const host = hostOf(url);
  if (allow.allowsHost(url.hostname, port)) return { url, trusted: true };
  if (isIP(host) !== 0) {
    if (allow.allowsAddress(host)) return { url, trusted: false };
    if (!isPublicAddress(host)) return PRIVATE_ADDRESS;
  } else if (host === '' || EMPTY_LABEL.test(host)) return '不是有效的域名';
  else if (LOCAL_NAME.test(host)) return '不能指向本机或内部域名';
  return PORTS.has(port) ? { url, trusted: false } : `端口只能是 ${[...PORTS].join('、')}`;
}
