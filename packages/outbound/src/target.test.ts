import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAllowList } from './allow-list.ts';
import { judge } from './target.ts';

const nobody = parseAllowList('');
const judged = (url: string, allow = nobody) => judge(url, allow);

/** Every way to write an address that must not be called, each as the host of a URL. */
const REFUSED_HOSTS = [
  // loopback: dotted, short, decimal, octal, hex, mixed, padded, with a final dot
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '2130706433',
  '017700000001',
  '0x7f000001',
  '0x7F.0.0.1',
  '0177.0.0.1',
  '0177.0x0.0.1',
  '127.0.0.01',
  '00000177.0.0.1',
  '0x7f.1',
  '0x0000007f.0.0.0x1',
  '127.0.0.1.',
  '127.1.',
  '0x7f.0x1',
  // encoded and full-width
  '127%2e0%2e0%2e1',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '127。0。0。1',
  '127．0．0．1',
  '①②⑦.0.0.1',
  '0x7ｆ.1',
  '１２７．１',
  // unspecified, this network
  '0.0.0.0',
  '0',
  '0x0',
  '00',
  '0.0.0.1',
  '0.1.2.3',
  // private
  '10.0.0.1',
  '10.255.255.255',
  '0xa000001',
  '167772161',
  '012.0.0.1',
  '10.1',
  '172.16.0.1',
  '172.31.255.255',
  '0xac.16.0.1',
  '2886729729',
  '192.168.0.1',
  '192.168.257',
  '0xc0a80001',
  '3232235521',
  '0300.0250.0.1',
  '192.168.255.255',
  // link-local, metadata services
  '169.254.0.1',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '0251.0376.0251.0376',
  '169.254.43518',
  '169.16689662',
  '169.254.170.2',
  // carrier NAT, benchmarking, documentation, relay, multicast, reserved, broadcast
  '100.64.0.1',
  '100.127.255.254',
  '100.100.100.200',
  '198.18.0.1',
  '198.19.255.255',
  '192.0.2.1',
  '198.51.100.7',
  '203.0.113.9',
  '192.0.0.1',
  '192.0.0.170',
  '192.88.99.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '4294967295',
  '0xffffffff',
  '192.175.48.1',
  '192.31.196.1',
  '192.52.193.1',
  // IPv6: loopback, unspecified, link-local, unique local, site-local, multicast
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000::0001]',
  '[::]',
  '[fe80::1]',
  '[febf::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fdff::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[ff0e::1]',
  // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::FFFF:10.0.0.1]',
  '[::ffff:8.8.8.8]',
  '[0:0:0:0:0:ffff:a9fe:a9fe]',
  '[::127.0.0.1]',
  '[::7f00:1]',
  '[::808:808]',
  '[::ffff:0:127.0.0.1]',
  '[::ffff:0:7f00:1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::a00:1]',
  '[2002:7f00:1::]',
  '[2002:a9fe:a9fe::1]',
  '[2002:808:808::1]',
  '[2001::1]',
  '[2001:0:4136:e378:8000:63bf:80ff:fffe]',
  '[2606:4700::5efe:7f00:1]',
  '[2606:4700::200:5efe:a00:1]',
  // IPv6: documentation, benchmarking, orchid, discard, segment routing, outside global unicast
  '[2001:db8::1]',
  '[3fff::1]',
  '[2001:2::1]',
  '[2001:10::1]',
  '[2001:20::1]',
  '[2001:30::1]',
  '[100::1]',
  '[5f00::1]',
  '[4000::1]',
  '[1::1]',
  '[2001:3::1]',
  '[2001:4:112::1]',
  '[2620:4f:8000::1]',
  // scope ids
  '[fe80::1%25eth0]',
  '[fe80::1%eth0]',
  '[::1%25lo]',
  // names of this machine and of inner networks
  'localhost',
  'LOCALHOST',
  'localhost.',
  'a.localhost',
  'ｌocalhost',
  'localhost.localdomain',
  'printer.local',
  'printer.local.',
  'db.internal',
  'metadata.google.internal',
  'loc%61lhost',
  'local',
  'internal',
];

test.each(REFUSED_HOSTS)('the host %s is refused', (host) => {
  expect(typeof judged(`http://${host}/hook`)).toBe('string');
});

const REFUSED_URLS = [
  '',
  'hook',
  '//example.com',
  'ftp://example.com/',
  'file:///etc/passwd',
  'gopher://example.com/',
  'javascript:alert(1)',
  'data:text/plain,x',
  'http:',
  'http://',
  'https:///',
  'http://user@example.com/',
  'http://user:pass@example.com/',
  'http://:pass@example.com/',
  'http://example.com:22/',
  'http://example.com:6379/',
  'http://example.com:27017/',
  'http://example.com:0/',
  'http://example.com:65536/',
  'http://127.0.0.1:8092/',
  'http:\\\\127.0.0.1\\',
  'http://exa mple.com/',
  ' http://example.com/',
  'http://example.com/\n',
  'http://exam\tple.com/',
  'http://example.com/\u0000',
  'http://exam\u200bple.com/',
  'http://example.com\\@127.0.0.1/',
  `http://example.com/${'a'.repeat(2_048)}`,
  'http://999.1.1.1/',
  'http://1.2.3.4.5/',
  'http://0x100000000/',
  'http://[::1/',
  'http://[g::1]/',
];

test.each(REFUSED_URLS)('the URL %j is refused', (url) => {
  expect(typeof judged(url)).toBe('string');
});

test.each([
  'https://your-system.com/webhook/nolux',
  'http://example.com',
  'https://example.com:8443/a?b=c#d',
  'http://example.com:8080/',
  'http://8.8.8.8/',
  'https://[2606:4700:4700::1111]/',
  'http://134744072/',
  'https://münchen.example/',
  'http://nolocal/',
  'http://172.15.0.1/',
  'http://172.32.0.1/',
  'http://100.63.0.1/',
  'http://localhost.example.com/',
  'http://internal.example.com/',
])('%s may be called', (url) => {
  expect(judged(url)).toMatchObject({ trusted: false });
});

test('an allowed host and port is trusted, another port of it is not', () => {
  const allow = parseAllowList('127.0.0.1:8092, localhost:9000,[::1]:7000');
  expect(judged('http://127.0.0.1:8092/x', allow)).toMatchObject({ trusted: true });
  expect(judged('http://0x7f.1:8092/x', allow)).toMatchObject({ trusted: true });
  expect(judged('http://localhost:9000/', allow)).toMatchObject({ trusted: true });
  expect(judged('http://[::1]:7000/', allow)).toMatchObject({ trusted: true });
  expect(typeof judged('http://127.0.0.1:8093/', allow)).toBe('string');
  expect(typeof judged('http://127.0.0.2:8092/', allow)).toBe('string');
});

test('an allowed network may be called by address on any port', () => {
  const allow = parseAllowList('10.1.0.0/16,fd00::/8');
  expect(judged('http://10.1.2.3:9999/', allow)).toMatchObject({ trusted: false });
  expect(judged('http://[fd00::1]:9999/', allow)).toMatchObject({ trusted: false });
  expect(typeof judged('http://10.2.0.1/', allow)).toBe('string');
});

test.each(['10.0.0.1', 'example.com', '10.0.0.0/33', 'host:99999', 'a b:80'])(
  '%s is no entry of the allow list',
  (entry) => {
    expect(() => parseAllowList(entry)).toThrow(entry);
  },
);

/** First octets of networks that are not public, as far as the first two decide. */
const inside = fc.oneof(
  fc
    .constantFrom(0, 10, 127, ...Array.from({ length: 32 }, (_, index) => 224 + index))
    .chain((a) => fc.tuple(fc.constant(a), octet(), octet(), octet())),
  fc
    .constantFrom([192, 168], [169, 254], [198, 18], [198, 19])
    .chain(([a = 0, b = 0]) => fc.tuple(fc.constant(a), fc.constant(b), octet(), octet())),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet(), octet()),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet(), octet()),
);

function octet() {
  return fc.integer({ min: 0, max: 255 });
}

const NOTATIONS = [
  (n: number) => `${n}`,
  (n: number) => `0x${n.toString(16)}`,
  (n: number) => `0${n.toString(8)}`,
  (n: number) => `0X0${n.toString(16).toUpperCase()}`,
];
const WIDE = (text: string) =>
  text.replaceAll(/[0-9a-z.]/gi, (char) => String.fromCodePoint(char.codePointAt(0)! + 0xfee0));

test('no notation of an address inside gets through: each part decimal, octal or hex, the last ones joined, wide or encoded', () => {
  const notation = fc.constantFrom(...NOTATIONS);
  fc.assert(
    fc.property(
      inside,
      fc.array(notation, { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('', '.'),
      (octets, writes, parts, dot) => {
        const joined = octets.slice(parts - 1).reduce((sum, each) => sum * 256 + each, 0);
        const host = [...octets.slice(0, parts - 1), joined].map((part, index) => writes[index]!(part)).join('.') + dot;
        const [a, b, c, d] = octets;
        const hex = (high: number, low: number) => (high * 256 + low).toString(16);
        const embedded = ['::ffff:', '::', '64:ff9b::', '2002:'].map(
          (prefix) => `[${prefix}${hex(a, b)}:${hex(c, d)}${prefix === '2002:' ? '::' : ''}]`,
        );
        const encoded = [...host].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');
        return [host, WIDE(host), encoded, ...embedded].every((each) => typeof judged(`http://${each}/`) === 'string');
      },
    ),
    { numRuns: 1_000 },
  );
});
