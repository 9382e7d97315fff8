import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readQuestion, writeReply, type Question } from './dns-message.ts';

/** What is said of a name: its addresses, that there is none, that the server failed, bytes that mean nothing, or nothing at all. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'garbage' | 'silence';

/** Whom the names belong to; a function is told how often the name was asked for before: that is how a name rebinds. */
export type Zone = Record<string, DnsAnswer | ((asked: number, type: 'A' | 'AAAA') => DnsAnswer)>;

export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:<port>`, as a resolver wants it. */
  address: string;
  /** How often this name was asked for, by type. */
  asked(name: string, type?: 'A' | 'AAAA'): number;
}

/** A name server on this machine that lies as it is told to; names it does not know do not exist. Answers live no second. */
export async function dnsServer(zone: Zone): Promise<DnsServer> {
  const counts = new Map<string, number>();
  const socket = createSocket('udp4');

  function answerTo({ name, type }: Question): DnsAnswer {
    if (type === 'other') return [];
    const key = `${type} ${name}`;
    const asked = counts.get(key) ?? 0;
    counts.set(key, asked + 1);
    const entry = zone[name] ?? 'NXDOMAIN';
    return typeof entry === 'function' ? entry(asked, type) : entry;
  }

  socket.on('message', (query, { address, port }) => {
    const question = readQuestion(query);
    const reply = bytesOf(answerTo(question), question);
    if (reply !== null) socket.send(reply, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');

  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked: (name, type = 'A') => counts.get(`${type} ${name}`) ?? 0,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function bytesOf(answer: DnsAnswer, question: Question): Buffer | null {
  if (answer === 'silence') return null;
  if (answer === 'garbage') return Buffer.concat([writeReply(question, []).subarray(0, 2), Buffer.alloc(40, 0xff)]);
  if (answer === 'NXDOMAIN' || answer === 'SERVFAIL') return writeReply(question, [], { code: answer });
  return writeReply(question, answer);
}
