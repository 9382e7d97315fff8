import { sleep } from './clock.ts';

const KEPT_MS = 5_000;
const LIMIT_MS = 1_000;

/** The answer to a costly question: asked at most every 5 s, waited for at most 1 s; null when nobody can tell now. */
export function recent<T>(ask: () => Promise<T>): () => Promise<T | null> {
  let answer: Promise<T | null> = Promise.resolve(null);
  let until = -Infinity;
  return async () => {
    if (performance.now() > until) {
      until = performance.now() + KEPT_MS;
      answer = ask().catch(() => null);
    }
    const told = new AbortController();
    try {
      return await Promise.race([answer, sleep(LIMIT_MS, told.signal).then(() => null)]);
    } finally {
      told.abort();
    }
  };
}
