import { sleep } from '@crossdock/kernel';

type Falsy = false | '' | 0 | null | undefined;

/** Answers the first truthy value of `condition`; throws naming `what`, with the last failure as cause, when the time is over. */
export async function until<T>(
  condition: () => T | Promise<T>,
  {
    timeoutMs = 10_000,
    everyMs = 20,
    what = 'the condition',
  }: { timeoutMs?: number; everyMs?: number; what?: string } = {},
): Promise<Exclude<T, Falsy>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<T, Falsy>;
      last = value;
    } catch (err) {
      last = err;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${timeoutMs} ms`, { cause: last });
    await sleep(everyMs);
  }
}
