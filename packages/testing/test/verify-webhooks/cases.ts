import { createHmac } from 'node:crypto';
import type { Received } from '../../src/index.ts';

/** One question to a verifier, and what it should say. */
export interface Case {
  what: string;
  form: 'standard' | 'nolux';
  secret: string;
  id: string;
  at: string;
  signature: string;
  body: Uint8Array;
  /** Seconds. */
  now: number;
  good: boolean;
}

/** Something sent to an endpoint, and a secret that fits. */
export interface Delivered {
  request: Received;
  secret: string;
}

const text = (request: Received, name: string): string => String(request.headers[name] ?? '');

function standardCase({ request, secret }: Delivered, now?: number): Case {
  const at = text(request, 'webhook-timestamp');
  return {
    what: 'as it came',
    form: 'standard',
    secret,
    id: text(request, 'webhook-id'),
    at,
    signature: text(request, 'webhook-signature'),
    body: Buffer.from(request.body),
    now: Math.floor(now ?? Number(at)),
    good: true,
  };
}

function noluxCase(delivered: Delivered): Case {
  return { ...standardCase(delivered), form: 'nolux', signature: text(delivered.request, 'x-nolux-signature') };
}

const keyOf = (secret: string) =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);

/** As if it had been signed with this id and time. */
function signed(sent: Case, id: string, at: string): Case {
  const hmac = createHmac('sha256', keyOf(sent.secret)).update(`${id}.${at}.`).update(sent.body);
  return { ...sent, id, at, signature: `v1,${hmac.digest('base64')}` };
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
const other = (secret: string): string =>
  secret.startsWith('whsec_') ? `whsec_${Buffer.from(flipped(keyOf(secret), 3)).toString('base64')}` : `${secret}!`;
const ANY = `v1,${Buffer.alloc(32).toString('base64')}`;

/** What must not pass. */
function standardMutations(sent: Case): Case[] {
  const { id, at, signature, body } = sent;
  const [, first = ''] = (signature.split(' ')[0] ?? '').split(',');
  const bad = (what: string, change: Partial<Case>): Case => ({ ...sent, ...change, what, good: false });
  return [
    bad('a body with one bit flipped', { body: flipped(body, 10) }),
    bad('a body with a space behind it', { body: Buffer.concat([body, Buffer.from(' ')]) }),
    bad('a body cut short', { body: body.subarray(0, -1) }),
    bad('another id', { id: `${id}0` }),
    bad('no id', { id: '' }),
    bad('a second later', { at: String(Number(at) + 1) }),
    bad('a time that is no number', signed(sent, id, 'now')),
    bad('no time', signed(sent, id, '')),
    bad('an id and a time cut elsewhere', { id: `${id}.${at.slice(0, 1)}`, at: at.slice(1) }),
    bad('signed six minutes ago', signed(sent, id, String(sent.now - 360))),
    bad('signed for six minutes later', signed(sent, id, String(sent.now + 360))),
    bad('another secret', { secret: other(sent.secret) }),
    bad('no signature', { signature: '' }),
    bad('a signature of zeros', { signature: ANY }),
    bad('a signature without its version', { signature: first }),
    bad('a signature of another version', { signature: `v2,${first}` }),
    bad('half a signature', { signature: `v1,${first.slice(0, 22)}` }),
    bad('a signature in other letters', { signature: `v1,${first.toLowerCase()}` }),
    bad('a signature in hex', { signature: `v1,${Buffer.from(first, 'base64').toString('hex')}` }),
  ];
}

function noluxMutations(sent: Case): Case[] {
  const bad = (what: string, change: Partial<Case>): Case => ({
    ...sent,
    ...change,
    what: `nolux: ${what}`,
    good: false,
  });
  const { signature, body } = sent;
  return [
    bad('a body with one bit flipped', { body: flipped(body, 10) }),
    bad('another secret', { secret: other(sent.secret) }),
    bad('no signature', { signature: '' }),
    bad('half a signature', { signature: signature.slice(0, 32) }),
    bad('capital letters', { signature: signature.toUpperCase() }),
    bad('a signature of zeros', { signature: '0'.repeat(64) }),
  ];
}

/** Of each delivery the real thing, its variants that must pass, and its mutations that must not; `now` for who has a clock of its own. */
export function standardCases(delivered: readonly Delivered[], now?: number): Case[] {
  return delivered
    .map((each) => standardCase(each, now))
    .flatMap((sent) => [
      sent,
      { ...sent, what: 'behind a signature that does not fit', signature: `${ANY} ${sent.signature}` },
      { ...signed(sent, sent.id, String(sent.now - 240)), what: 'signed four minutes ago' },
      { ...signed(sent, sent.id, String(sent.now + 240)), what: 'by a clock four minutes ahead' },
      ...standardMutations(sent),
    ]);
}

/** By the newest secret alone. */
export const noluxCases = (delivered: readonly Delivered[]): Case[] =>
  delivered.map((each) => noluxCase(each)).flatMap((sent) => [sent, ...noluxMutations(sent)]);

/** As the drivers read them: a line each, its fields in base64. */
export const linesOf = (cases: readonly Case[]): string =>
  cases
    .map(({ form, secret, id, at, signature, body, now }) =>
      [form, secret, id, at, signature, body, String(now)]
        .map((field) => Buffer.from(field).toString('base64'))
        .join(' '),
    )
    .join('\n');
