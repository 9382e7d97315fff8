import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `fire` at fixed times, whether or not earlier ones have come to an end, and answers how long after its time
 * each one was done, in ms: what waits behind a slow one counts as slow too.
 */
export async function atConstantRate(
  perSecond: number,
  count: number,
  fire: (n: number) => Promise<number>,
): Promise<number[]> {
  const begin = performance.now() + 1_000 / perSecond;
  const running: Promise<number>[] = [];
  for (let n = 0; n < count; n += 1) {
    const due = begin + (n * 1_000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    running.push(fire(n).then((doneAt) => doneAt - due));
  }
  return Promise.all(running);
}
