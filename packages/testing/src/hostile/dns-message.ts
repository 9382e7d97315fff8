import { isIPv4 } from 'node:net';

const HEADER_BYTES = 12;
const RECORD_HEAD_BYTES = 12;
const NAME_OF_QUESTION = 0xc00c;
const CLASS_IN = 1;
const TYPES = { A: 1, AAAA: 28 } as const;
const CODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const;
/** What fits into a datagram that nobody agreed to make larger; more is cut, and said to be. */
const MAX_BYTES = 512;

export interface Question {
  id: number;
  name: string;
  type: 'A' | 'AAAA' | 'other';
  /** As it came, to be repeated in the reply. */
  bytes: Buffer;
}

/** Reads the one question of a query (RFC 1035 §4.1). */
export function readQuestion(query: Buffer): Question {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const number = query.readUInt16BE(at + 1);
  const type = number === TYPES.A ? 'A' : number === TYPES.AAAA ? 'AAAA' : 'other';
  const bytes = query.subarray(HEADER_BYTES, at + 5);
  return { id: query.readUInt16BE(0), name: labels.join('.').toLowerCase(), type, bytes };
}

/** A reply with these addresses, those of the other family left out. */
export function writeReply(
  { id, type, bytes }: Question,
  addresses: readonly string[],
  { code = 'NOERROR', ttl = 0 }: { code?: keyof typeof CODES; ttl?: number } = {},
): Buffer {
  const fitting = addresses.filter((address) => type === (isIPv4(address) ? 'A' : 'AAAA'));
  const records = fitting.map((address) => record(address, ttl));
  const room = Math.floor((MAX_BYTES - HEADER_BYTES - bytes.length) / (records[0]?.length ?? 1));
  const sent = records.slice(0, room);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  // A reply, with authority, recursion asked for and available.
  header.writeUInt16BE(0x8580 | (sent.length < records.length ? 0x0200 : 0) | CODES[code], 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(sent.length, 6);
  return Buffer.concat([header, bytes, ...sent]);
}

function record(address: string, ttl: number): Buffer {
  const data = isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address);
  const head = Buffer.alloc(RECORD_HEAD_BYTES);
  head.writeUInt16BE(NAME_OF_QUESTION, 0);
  head.writeUInt16BE(isIPv4(address) ? TYPES.A : TYPES.AAAA, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function ipv6Bytes(address: string): Buffer {
  const [left = '', right] = address.split('::');
  const words = (text: string) => text.split(':').filter(Boolean);
  const missing = right === undefined ? 0 : 8 - words(left).length - words(right).length;
  const all = [...words(left), ...Array<string>(missing).fill('0'), ...words(right ?? '')];
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex');
}
