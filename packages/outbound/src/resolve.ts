import { Resolver } from 'node:dns/promises';

/** The addresses of a name; throws an error with a `code` when there are none. */
export type Resolve = (name: string) => Promise<string[]>;

const TRY_MS = 1_000;
const MAX_NAMES = 1_000;
const MAX_TTL_MS = 30_000;
const MIN_TTL_MS = 1_000;
const FAILED_TTL_MS = 2_000;

interface Answer {
  addresses: string[];
  ttlMs: number;
}

/** Asks the name servers themselves (no thread pool, no /etc/hosts), remembering answers for their time to live, at most 30 s. */
export function createResolve(): Resolve {
  const resolver = new Resolver({ timeout: TRY_MS, tries: 2 });
  const known = new Map<string, { until: number; answer: Promise<Answer> }>();

  async function ask(name: string): Promise<Answer> {
    const [four, six] = await Promise.allSettled([
      resolver.resolve4(name, { ttl: true }),
      resolver.resolve6(name, { ttl: true }),
    ]);
    const records = [four, six].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    if (records.length === 0)
      throw four.status === 'rejected' ? four.reason : Object.assign(new Error('no address'), { code: 'ENODATA' });
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
