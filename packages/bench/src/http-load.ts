import { Pool } from 'undici';
import { atConstantRate } from './arrivals.ts';

export interface HttpCall {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

const AT_ONCE = 32;

/** Calls of one server, each different if need be; an answer with another status ends the bench. */
export function httpLoad(origin: string, status: number, callOf: (n: number) => HttpCall) {
  const pool = new Pool(origin, { connections: AT_ONCE });

  async function fire(n: number): Promise<number> {
    const answer = await pool.request(callOf(n));
    const text = await answer.body.text();
    if (answer.statusCode !== status) throw new Error(`${callOf(n).path} answered ${answer.statusCode}: ${text}`);
    return performance.now();
  }

  return {
    /** With as many at once as there are connections; how long all of them took, in seconds. */
    async saturate(count: number): Promise<number> {
      const begun = performance.now();
      let next = 0;
      const lane = async () => {
        while (next < count) await fire(next++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      return (performance.now() - begun) / 1_000;
    },
    /** The latency of each, in ms. */
    paced: (perSecond: number, count: number): Promise<number[]> => atConstantRate(perSecond, count, fire),
    close: () => pool.close(),
  };
}
