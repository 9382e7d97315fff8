import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
const ISATAP = 0x5efe;

/** True for addresses anybody may call: global unicast, and no form that carries another address inside (mapped, 6to4, NAT64, Teredo, ISATAP). */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  if (parsed.kind() === 'ipv4') return true;
  return parsed.match(GLOBAL_UNICAST) && (parsed as ipaddr.IPv6).parts[5] !== ISATAP;
}
