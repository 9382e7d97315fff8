import { sleep } from '@crossdock/kernel';

/** Answers the first truthy value of `condition`, asked every 20 ms; throws naming `what` when the deadline passes. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, what = 'the condition' }: { timeoutMs?: number; what?: string } = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (err) {
      last = err;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs} ms`, { cause: last });
    await sleep(20);
  }
}
