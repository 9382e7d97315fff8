import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from '@jest/globals';
import { createOutbound, isOutboundError, type Outbound, type OutboundOptions } from '@crossdock/outbound';
import { dnsServer, receiver, sentinels, until, type DnsServer, type Sentinel, type Zone } from '../src/index.ts';

/** Stands for an address outside: the allow list names it. */
const OUTSIDE = '127.66.0.1';
const INSIDE = '127.77.0.1';

let open = new AsyncDisposableStack();
afterEach(async () => {
  await open.disposeAsync();
  open = new AsyncDisposableStack();
});

interface Setting {
  outside: Sentinel;
  inside: Sentinel;
  dns: DnsServer;
  client: Outbound;
  /** Of a name or address, on the port both sentinels watch. */
  url(host: string): string;
}

async function setting(zone: Zone = {}, options: Partial<OutboundOptions> = {}): Promise<Setting> {
  const watching = await sentinels([OUTSIDE, INSIDE]);
  for (const each of watching) open.use(each);
  const [outside, inside] = watching as [Sentinel, Sentinel];
  const dns = open.use(await dnsServer(zone));
  const client = createOutbound({ allow: '127.66.0.0/16', nameServers: [dns.address], ...options });
  open.defer(() => client.close());
  return { outside, inside, dns, client, url: (host) => `http://${host}:${inside.port}/hook` };
}

/** `called`, or whose fault it was that it was not. */
async function outcome(client: Outbound, url: string): Promise<string> {
  try {
    await client.post({ url, headers: {}, body: Buffer.from('{}') });
    return 'called';
  } catch (err) {
    if (!isOutboundError(err)) throw err;
    return err.blame;
  }
}

test('a name is asked for at the given name server and called at its address', async () => {
  const { client, dns, outside, url } = await setting({ 'good.example': [OUTSIDE] });
  const answer = await client.post({ url: url('good.example'), headers: {}, body: Buffer.from('{}') });
  expect(answer).toMatchObject({ status: 200, address: OUTSIDE, reused: false });
  expect(answer.timings.dns).not.toBeNull();
  expect(dns.asked('good.example')).toBe(1);
  expect(outside.hits()).toBe(1);
});

test('a name that rebinds after it was checked and called is refused from then on, the inner address never reached', async () => {
  let rebound = false;
  const { client, inside, outside, url } = await setting({ 'rebind.example': () => [rebound ? INSIDE : OUTSIDE] });
  await client.check(url('rebind.example'));
  expect(await outcome(client, url('rebind.example'))).toBe('called');
  rebound = true;
  await until(async () => (await outcome(client, url('rebind.example'))) === 'policy', {
    what: 'the new address to be found out',
  });
  expect(outside.hits()).toBeGreaterThan(0);
  expect(inside.hits()).toBe(0);
});

test('a name that flips with every question, asked by 100 names at once, never leads inside', async () => {
  let flips = 0;
  const names = Array.from({ length: 100 }, (_, n) => `flip-${n}.example`);
  const flip = () => [flips++ % 2 === 0 ? OUTSIDE : INSIDE];
  const { client, inside, url } = await setting(Object.fromEntries(names.map((name) => [name, flip])));
  const outcomes = await Promise.all(names.map((name) => outcome(client, url(name))));
  expect(outcomes.filter((each) => each !== 'called' && each !== 'policy')).toEqual([]);
  expect(inside.hits()).toBe(0);
});

const LED_INSIDE: Zone = {
  'inside.example': [INSIDE],
  'mixed.example': [OUTSIDE, INSIDE],
  'mixed-families.example': [OUTSIDE, '::1'],
  'six.example': ['::1'],
  'mapped.example': ['::ffff:7f4d:1'],
  'nat64.example': ['64:ff9b::7f4d:1'],
  'six-to-four.example': ['2002:7f4d:1::1'],
  'unspecified.example': ['0.0.0.0'],
  'metadata.example': ['169.254.169.254'],
  'last-of-many.example': [...Array.from({ length: 24 }, (_, n) => `127.66.1.${n}`), INSIDE],
};

test.each(Object.keys(LED_INSIDE))('%s is refused when it is given and when it is called', async (name) => {
  const { client, inside, outside, url } = await setting(LED_INSIDE);
  await expect(client.check(url(name))).rejects.toMatchObject({
    kind: 'invalid',
    details: { url: [expect.any(String)] },
  });
  expect(await outcome(client, url(name))).toBe('policy');
  expect([inside.hits(), outside.hits()]).toEqual([0, 0]);
});

test.each([
  ['does not exist', 'NXDOMAIN'],
  ['has no address', []],
  ['has a server that fails', 'SERVFAIL'],
  ['has a server that talks nonsense', 'garbage'],
  ['has a server that never answers', 'silence'],
  ['has more addresses than a reply holds', Array.from({ length: 60 }, (_, n) => `127.66.2.${n}`)],
] as const)('a name that %s may be given, and a call to it fails by dns', async (_what, answer) => {
  const { client, url } = await setting({ 'odd.example': answer }, { connectTimeoutMs: 1_000 });
  await expect(client.check(url('odd.example'))).resolves.toBeInstanceOf(URL);
  expect(await outcome(client, url('odd.example'))).toBe('dns');
});

test('a name server that answers for one family alone is enough', async () => {
  const { client, url } = await setting({ 'four.example': (_asked, type) => (type === 'A' ? [OUTSIDE] : 'silence') });
  expect(await outcome(client, url('four.example'))).toBe('called');
});

test('of a name with many addresses only the first eight are tried', async () => {
  const { client, outside, url } = await setting({
    'crowd.example': [...Array.from({ length: 8 }, (_, n) => `127.66.3.${n + 1}`), OUTSIDE],
  });
  expect(await outcome(client, url('crowd.example'))).toBe('network');
  expect(outside.hits()).toBe(0);
});

test('100 names nobody answers for hold up neither other calls nor the thread pool', async () => {
  const silent = Array.from({ length: 100 }, (_, n) => `silent-${n}.example`);
  const zone = Object.fromEntries(silent.map((name) => [name, 'silence' as const]));
  const { client, dns, url } = await setting({ ...zone, 'good.example': [OUTSIDE] });
  const waiting = silent.map((name) => outcome(client, url(name)));
  await until(() => silent.every((name) => dns.asked(name) > 0), { what: 'every name to be asked for' });
  expect(process.getActiveResourcesInfo()).not.toContain('GetAddrInfoReqWrap');
  const good = await Promise.all(Array.from({ length: 100 }, () => outcome(client, url('good.example'))));
  expect(good.every((each) => each === 'called')).toBe(true);
  expect((await readFile(import.meta.filename)).length).toBeGreaterThan(0);
  client.close();
  expect((await Promise.all(waiting)).every((each) => each === 'dns' || each === 'ours')).toBe(true);
});

const NOTATIONS = [
  (part: number) => `${part}`,
  (part: number) => `0${part.toString(8)}`,
  (part: number) => `0x${part.toString(16)}`,
  (part: number) => `0X00${part.toString(16).toUpperCase()}`,
];

/** Every mix of notations of these parts. */
const mixes = ([part, ...rest]: readonly number[]): string[] =>
  part === undefined
    ? ['']
    : NOTATIONS.flatMap((write) => mixes(rest).map((end) => write(part) + (end === '' ? '' : `.${end}`)));

/** The sentinel's address in all its clothes: 1 to 4 parts, each decimal, octal, hex or padded. */
const NUMBERS = [[127, 77, 0, 1], [127, 77, 1], [127, 0x4d0001], [0x7f4d0001]].flatMap(mixes);
const wide = (text: string) =>
  [...text].map((char) => String.fromCodePoint((char.codePointAt(0) as number) + 0xfee0)).join('');
const encoded = (text: string) => [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('');
const IN_IPV6 = ['::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::', '2606:4700::5efe:', 'fe80::'].flatMap(
  (prefix) => [`[${prefix}127.77.0.1]`, `[${prefix}7f4d:1]`, `[${prefix.toUpperCase()}7F4D:0001]`],
);
const OTHERS = [
  '[2002:7f4d:1::]',
  '[2001:0:7f4d:1::]',
  '[::1]',
  '[::1%25lo]',
  '[fe80::1%25lo]',
  '127。77。0。1',
  '１２７.77.0.1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost..',
  'a.localhost',
  'a.local',
  'a.internal',
  'ｌocalhost',
  'user@127.77.0.1',
  '@127.77.0.1',
  'good.example@127.77.0.1',
  '127.77.0.1\\@good.example',
  '127.77.0.1#@good.example',
];
const FORMS = [
  ...NUMBERS.flatMap((text) => [text, `${text}.`, `${text}..`, wide(text), encoded(text)]),
  ...IN_IPV6,
  ...OTHERS,
];

test(`none of ${FORMS.length} ways to write an inner address leads to it`, async () => {
  const { client, inside, outside, url } = await setting({ 'good.example': [OUTSIDE] });
  const outcomes = await Promise.all(FORMS.map(async (form) => [form, await outcome(client, url(form))]));
  expect(outcomes.filter(([, each]) => each !== 'policy')).toEqual([]);
  expect([inside.hits(), outside.hits()]).toEqual([0, 0]);
});

test('a redirect inside is told and not followed', async () => {
  const { client, inside, url } = await setting({}, { allow: '127.0.0.1/32' });
  const partner = open.use(await receiver());
  for (const status of [301, 302, 303, 307, 308]) {
    partner.next({ status, headers: { location: url(INSIDE) } });
    await expect(client.post({ url: partner.url, headers: {}, body: Buffer.from('{}') })).resolves.toMatchObject({
      status,
    });
  }
  expect(inside.hits()).toBe(0);
});
