import ipaddr from 'ipaddr.js';
import { isPublicAddress } from './address.ts';

/** What the operator lets through although the rules would refuse it. */
export interface AllowList {
  /** The pair stands in the list as it is written in the address. */
  allowsHost(host: string, port: number): boolean;
  allowsAddress(address: string): boolean;
  /** Public, or let through. */
  mayCall(address: string): boolean;
}

const ENTRY = '\\s*((\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.-]+):\\d{1,5}|[0-9A-Fa-f:.]+/\\d{1,3})\\s*';

/** What an allow list looks like, for the configuration. */
export const ALLOW_PATTERN = `^$|^${ENTRY}(,${ENTRY})*$`;

const HOST_PORT = /^(.+):(\d{1,5})$/;

/** Reads a comma list of `host:port` and CIDRs; throws naming the entry that is neither. */
export function parseAllowList(text: string): AllowList {
  const hosts = new Set<string>();
  const ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [, host, port] = HOST_PORT.exec(entry) ?? [];
    if (entry.includes('/') && ipaddr.isValidCIDR(entry)) ranges.push(ipaddr.parseCIDR(entry));
    else if (host !== undefined && Number(port) <= 65_535 && URL.canParse(`http://${host}/`)) {
      hosts.add(`${new URL(`http://${host}/`).hostname}:${Number(port)}`);
    } else throw new TypeError(`"${entry}" is neither host:port nor a CIDR`);
  }
  function allowsAddress(address: string): boolean {
    if (ranges.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.parse(address);
    return ranges.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }
  return {
    allowsHost: (host, port) => hosts.has(`${host}:${port}`),
    allowsAddress,
    mayCall: (address) => isPublicAddress(address) || allowsAddress(address),
  };
}
