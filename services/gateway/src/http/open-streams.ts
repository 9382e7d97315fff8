import { AppError } from '@crossdock/kernel';

export interface OpenStreams {
  /** Throws `too_many` beyond the limit. The signal aborts when the stream's life is over, on `leave` and on `close`. */
  enter(tenant: string): { signal: AbortSignal; leave(): void };
  /** Ends all of them. */
  close(): void;
}

const RETRY_AFTER_MS = 10_000;

/** The answers that stay open: a tenant has so many at a time, each for so long. */
export function openStreams(limit: number, lifeMs: number): OpenStreams {
  const open = new Map<string, Set<AbortController>>();
  return {
    enter(tenant) {
      const mine = open.get(tenant) ?? new Set();
      if (mine.size >= limit) {
        throw new AppError('too_many', 'TOO_MANY_STREAMS', '同时打开的事件流过多，请关闭一些后重试', {
          retryAfterMs: RETRY_AFTER_MS,
        });
      }
      const over = new AbortController();
      const life = setTimeout(() => over.abort(), lifeMs);
      open.set(tenant, mine.add(over));
      const leave = (): void => {
        clearTimeout(life);
        over.abort();
        mine.delete(over);
        if (mine.size === 0 && open.get(tenant) === mine) open.delete(tenant);
      };
      return { signal: over.signal, leave };
    },
    close() {
      for (const mine of open.values()) for (const over of mine) over.abort();
    },
  };
}
