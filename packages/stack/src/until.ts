import { sleep } from '@crossdock/kernel';

export interface UntilOptions {
  timeoutMs?: number;
  everyMs?: number;
  /** Named when the time is over. */
  what?: string;
  /** Gives up at once when it aborts. */
  signal?: AbortSignal;
}

/** Answers the first truthy value of `condition`; throws naming `what`, with the last failure as cause, when the time is over. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 20, what = 'the condition', signal }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (err) {
      last = err;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs} ms`, { cause: last });
    await sleep(everyMs, signal);
  }
}
