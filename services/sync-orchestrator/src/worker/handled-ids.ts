import type { SyncTask } from '../domain/sync-task.ts';
import type { TaskPageStore } from '../store/task-pages.ts';

/** Ids a holder remembers at most: about 10 MB. */
const REMEMBERED = 100_000;

/** Which ids a task met on its pages so far. */
export interface HandledIds {
  /** Those of `ids` that stand on a page before `page`. */
  among(ids: string[], page: number): Promise<Set<string>>;
  add(ids: string[]): void;
}

/** From memory while this holder met all of them itself, since the first page, and they are not too many; else from the pages. */
export function handledIds(pages: TaskPageStore, { id, page: begun }: SyncTask): HandledIds {
  let met: Set<string> | null = begun === 0 ? new Set() : null;
  return {
    async among(ids, page) {
      if (met === null) return pages.handled(id, page, ids);
      const known = met;
      return new Set(ids.filter((each) => known.has(each)));
    },
    add(ids) {
      for (const each of ids) met?.add(each);
      if (met !== null && met.size > REMEMBERED) met = null;
    },
  };
}
