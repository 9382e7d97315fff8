import { isIP } from 'node:net';
import { invalidField, sleep } from '@crossdock/kernel';
import { parseAllowList } from './allow-list.ts';
import { createConnections } from './connections.ts';
import { createDial } from './dial.ts';
import { exchange, type OutboundAnswer } from './exchange.ts';
import { OutboundError } from './failure.ts';
import { createResolve, type Resolve } from './resolve.ts';
import { hostOf, judge, PRIVATE_ADDRESS, type Target } from './target.ts';

export interface OutboundOptions {
  /** Comma list of `host:port` and CIDRs that may be called although they are private or on another port. */
  allow: string;
  /** Whom to ask for names, each `address` or `address:port`; those of the system unless given. */
  nameServers?: string[];
  resolve?: Resolve;
  connectTimeoutMs?: number;
  /** Everything, from the name server to the last byte of the answer. */
  totalTimeoutMs?: number;
  maxBodyBytes?: number;
}

export interface OutboundRequest {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
  timeoutMs?: number;
}

export interface Outbound {
  /** Throws `invalid` on field `url` for what can never be called; a name that does not resolve (yet) passes and is checked at each call. */
  check(url: string): Promise<URL>;
  /** Throws OutboundError when there was no complete answer; any status, a redirect too, is an answer. */
  post(request: OutboundRequest): Promise<OutboundAnswer>;
  close(): void;
}

/** A name server that does not answer in this time says nothing against an address; each call asks again. */
const CHECK_MS = 1_500;

const MAX_TARGETS = 1_000;

/** The one way to call an address that a tenant or partner gave. */
export function createOutbound(options: OutboundOptions): Outbound {
  const {
    nameServers,
    resolve = createResolve(nameServers),
    connectTimeoutMs = 5_000,
    totalTimeoutMs = 15_000,
    maxBodyBytes = 65_536,
  } = options;
  const allow = parseAllowList(options.allow);
  const connections = createConnections(createDial({ allow, resolve, connectTimeoutMs }));

  const targets = new Map<string, Target>();

  /** Parsed once: the same few addresses are called again and again. */
  function targetOf(text: string): Target {
    const known = targets.get(text);
    if (known !== undefined) return known;
    const target = judge(text, allow);
    if (typeof target === 'string') throw new OutboundError('policy', 'URL_REFUSED', target);
    if (targets.size >= MAX_TARGETS) targets.clear();
    targets.set(text, target);
    return target;
  }

  return {
    async check(text) {
      const target = judge(text, allow);
      if (typeof target === 'string') throw invalidField('url', target);
      const host = hostOf(target.url);
      if (target.trusted || isIP(host) !== 0) return target.url;
      const enough = new AbortController();
      const late = sleep(CHECK_MS, enough.signal).then(() => []);
      const addresses = await Promise.race([resolve(host).catch(() => []), late]);
      enough.abort();
      if (!addresses.every((address) => allow.mayCall(address))) throw invalidField('url', PRIVATE_ADDRESS);
      return target.url;
    },

    async post({ url: text, headers, body, timeoutMs = totalTimeoutMs }) {
      const { origin, pathname, search } = targetOf(text).url;
      const connection = connections.take(origin);
      try {
        const { answer, whole } = await exchange(connection, {
          path: pathname + search,
          headers,
          body,
          timeoutMs,
          maxBodyBytes,
        });
        if (whole) connections.give(connection);
        else connections.discard(connection);
        return answer;
      } catch (err) {
        connections.discard(connection);
        throw err;
      }
    },

    close: () => connections.close(),
  };
}
