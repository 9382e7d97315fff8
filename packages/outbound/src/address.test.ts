import { BlockList, isIPv6 } from 'node:net';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPublicAddress } from './address.ts';

/** IANA's special-purpose registries (RFC 6890 and after) and multicast, copied by hand; matched by Node, not by the library the code uses. */
const SPECIAL_IPV4 = `
  0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
  203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`;
/** Within 2000::/3; outside of it nothing is public. */
const SPECIAL_IPV6 = '2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20';

const ranges = (text: string) =>
  text
    .trim()
    .split(/\s+/)
    .map((range) => range.split('/') as [string, string])
    .map(([address, bits]) => ({ address, bits: Number(bits) }));

const special = new BlockList();
for (const { address, bits } of ranges(SPECIAL_IPV4)) special.addSubnet(address, bits, 'ipv4');
for (const { address, bits } of ranges(SPECIAL_IPV6)) special.addSubnet(address, bits, 'ipv6');
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** Bytes 8 to 11 of an ISATAP address: `0000:5efe` or `0200:5efe`. */
const isIsatap = (value: bigint) => ((value >> 32n) & 0xfdff_ffffn) === 0x5efen;

const ipv4 = (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
const ipv6 = (value: bigint) =>
  Array.from({ length: 8 }, (_, word) => ((value >> BigInt(112 - 16 * word)) & 0xffffn).toString(16)).join(':');

const valueOf = (address: string): bigint =>
  isIPv6(address)
    ? address.split(':').reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n)
    : address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);

function oracle(address: string): boolean {
  if (!isIPv6(address)) return !special.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6') && !isIsatap(valueOf(address));
}

const full = (address: string): string => {
  const [left = '', right = ''] = address.split('::');
  const [before, after] = [left, right].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after].join(':');
};

interface Range {
  first: bigint;
  last: bigint;
  write: (value: bigint) => string;
}

const rangeOf = (address: string, bits: number, width: bigint, write: Range['write']): Range => {
  const first = valueOf(address);
  return { first, last: first + (1n << (width - BigInt(bits))) - 1n, write };
};

const RANGES: Range[] = [
  ...ranges(SPECIAL_IPV4).map(({ address, bits }) => rangeOf(address, bits, 32n, ipv4)),
  ...[
    ...ranges(SPECIAL_IPV6),
    ...ranges(
      '::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2000::/3 2001::/32 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8',
    ),
  ].map(({ address, bits }) => rangeOf(full(address), bits, 128n, ipv6)),
];

/** Where a range begins and ends, and its neighbours on both sides. */
const EDGES = RANGES.flatMap(({ first, last, write }) => {
  const highest = write === ipv4 ? (1n << 32n) - 1n : (1n << 128n) - 1n;
  const middle = (first + last) / 2n;
  const near = [first - 2n, first - 1n, first, first + 1n, middle, middle + 1n, last - 1n, last, last + 1n, last + 2n];
  return near.filter((value) => value >= 0n && value <= highest).map(write);
});

test(`at the edges of every special range (${EDGES.length} addresses) only those outside are public`, () => {
  expect(EDGES.length).toBeGreaterThanOrEqual(300);
  expect(EDGES.filter((address) => isPublicAddress(address) !== oracle(address))).toEqual([]);
});

test('10,000 random addresses are public or not as the registries say', () => {
  const anywhere = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map(ipv4),
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map(ipv6),
    // Where the public ones live, a third of them written with the marks of ISATAP.
    fc.bigInt({ min: 1n << 125n, max: (1n << 126n) - 1n }).map(ipv6),
    fc
      .bigInt({ min: 1n << 125n, max: (1n << 126n) - 1n })
      .map((value) => ipv6((value & ~(0xfdff_ffffn << 32n)) | (0x5efen << 32n))),
  );
  const within = fc
    .constantFrom(...RANGES)
    .chain(({ first, last, write }) => fc.bigInt({ min: first, max: last }).map(write));
  fc.assert(
    fc.property(fc.oneof(anywhere, within), (address) => isPublicAddress(address) === oracle(address)),
    { numRuns: 10_000 },
  );
});

test.each([
  '',
  'example.com',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '8.8.8.8%eth0',
  '2606:4700::1111%eth0',
  '[2606::1]',
  '8.8.8.8/32',
  ' 8.8.8.8',
])('%j is no address, so not a public one', (text) => {
  expect(isPublicAddress(text)).toBe(false);
});
