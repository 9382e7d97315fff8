import type { Endpoint } from '../domain/endpoint.ts';
import { compileFilter, type Matcher } from '../domain/filter.ts';

const MOST = 10_000;

/** The filters of endpoints, each compiled once for as long as it stays the same. */
export function createFilters() {
  const compiled = new Map<string, { text: string; matches: Matcher }>();

  function matcherOf(id: string, text: string): Matcher {
    const known = compiled.get(id);
    if (known?.text === text) return known.matches;
    const made = compileFilter(JSON.parse(text));
    // It was checked before it was stored.
    if ('faults' in made) throw new Error(`the filter of endpoint ${id} does not compile`);
    if (compiled.size === MOST) compiled.clear();
    compiled.set(id, { text, ...made });
    return made.matches;
  }

  return {
    /** Whether an endpoint wants to be told this. */
    pass: ({ id, filter }: Endpoint, payload: object): boolean => filter === null || matcherOf(id, filter)(payload),
  };
}

export type Filters = ReturnType<typeof createFilters>;
