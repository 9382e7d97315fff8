import { Resolver } from 'node:dns/promises';
import { sleep } from '@crossdock/kernel';

/** The addresses of a name; throws an error with a `code` when there are none. */
export type Resolve = (name: string) => Promise<string[]>;

/** What a name server looks like, for the configuration: `1.1.1.1`, `1.1.1.1:53`, `[2606:4700::1111]:53`. */
export const NAME_SERVER_PATTERN = '^(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:]+\\])(:\\d{1,5})?$';

const TRY_MS = 1_000;
const TRIES = 2;
/** How long the addresses of one family wait for those of the other: some name servers never answer for IPv6. */
const GRACE_MS = 300;
const MAX_NAMES = 1_000;
const MAX_TTL_MS = 30_000;
const MIN_TTL_MS = 1_000;
const FAILED_TTL_MS = 2_000;

interface Answer {
  addresses: string[];
  ttlMs: number;
}

type Records = { address: string; ttl: number }[];

/**
 * Asks the name servers themselves (no thread pool, no /etc/hosts), remembering answers for their time to live, at most 30 s.
 * Of the system unless `nameServers` are given.
 */
export function createResolve(nameServers: string[] = []): Resolve {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  if (nameServers.length > 0) resolver.setServers(nameServers);
  const known = new Map<string, { until: number; answer: Promise<Answer> }>();

  async function ask(name: string): Promise<Answer> {
    const found: Records[] = [[], []];
    const four = resolver.resolve4(name, { ttl: true }).then((records) => void (found[0] = records));
    const six = resolver.resolve6(name, { ttl: true }).then((records) => void (found[1] = records));
    const both = Promise.allSettled([four, six]);
    await Promise.any([four, six]).then(
      () => first(both, GRACE_MS),
      () => undefined,
    );
    const records = found.flat();
    if (records.length === 0) return four.then(() => Promise.reject(noAddress()));
    const ttlMs = Math.min(...records.map(({ ttl }) => ttl)) * 1_000;
    return {
      addresses: records.map(({ address }) => address),
      ttlMs: Math.min(Math.max(ttlMs, MIN_TTL_MS), MAX_TTL_MS),
    };
  }

  function remember(name: string): Promise<Answer> {
    const entry = { until: Infinity, answer: ask(name) };
    entry.answer.then(
      ({ ttlMs }) => (entry.until = Date.now() + ttlMs),
      () => (entry.until = Date.now() + FAILED_TTL_MS),
    );
    known.delete(name);
    known.set(name, entry);
    const [oldest] = known.keys();
    if (known.size > MAX_NAMES && oldest !== undefined) known.delete(oldest);
    return entry.answer;
  }

  return async (name) => {
    if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    const entry = known.get(name);
    const { addresses } = await (entry !== undefined && entry.until > Date.now() ? entry.answer : remember(name));
    return addresses;
  };
}

async function first(work: Promise<unknown>, limitMs: number): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, sleep(limitMs, done.signal)]);
  done.abort();
}

const noAddress = () => Object.assign(new Error('no address'), { code: 'ENODATA' });
