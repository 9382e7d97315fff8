import { dead, type Engine, type Over } from '../engine.ts';

/** A worker whose process is gone, asleep, or leaving from a certain read or write of the stores on. */
export interface Mortal {
  over: Over;
  /** Resolves when it came to that point. */
  stopped: Promise<void>;
  /** An asleep one goes on. */
  awake(): void;
  /** Aborts when it leaves. */
  leaving: AbortSignal;
  steps(): number;
}

type Parts = Pick<Engine, 'claims' | 'streams' | 'records' | 'pages' | 'errors'>;

/** Right before the n-th read or write of all stores together, or the first of a name, it dies for good, falls asleep until it is woken, or is told to leave while this one fails. */
export function mortal(point: number | string, parts: Parts, fate: 'dies' | 'sleeps' | 'leaves' = 'dies'): Mortal {
  let steps = 0;
  let isStopped = false;
  const stopped = Promise.withResolvers<void>();
  const leaving = new AbortController();
  const awake = Promise.withResolvers<void>();
  const wrap = <S extends object>(store: S): S =>
    new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        // Its heart stops with it.
        if (name === 'heartbeat') return async () => ({ mark: null });
        return async (...args: unknown[]) => {
          steps++;
          isStopped ||= name === point || (typeof point === 'number' && steps >= point);
          if (isStopped) {
            stopped.resolve();
            if (fate === 'dies') return dead();
            if (fate === 'leaves') return leave();
            await awake.promise;
          }
          return (value as (...all: unknown[]) => unknown)(...args);
        };
      },
    });
  function leave(): never {
    point = Number.POSITIVE_INFINITY;
    isStopped = false;
    leaving.abort();
    throw new Error('the store does not answer');
  }
  const { claims, streams, records, pages, errors } = parts;
  return {
    over: {
      claims: wrap(claims),
      streams: wrap(streams),
      records: wrap(records),
      pages: wrap(pages),
      errors: wrap(errors),
    },
    stopped: stopped.promise,
    awake: awake.resolve,
    leaving: leaving.signal,
    steps: () => steps,
  };
}
