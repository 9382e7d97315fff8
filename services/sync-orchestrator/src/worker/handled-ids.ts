import type { SyncTask } from '../domain/sync-task.ts';
import type { TaskPageStore } from '../store/task-pages.ts';
import { idSet } from './id-set.ts';

/** Which ids a task met on its checkpointed pages. */
export interface HandledIds {
  /** Nobody had the task before. */
  areAllOurs: boolean;
  among(ids: string[]): Promise<Set<string>>;
  add(ids: string[]): void;
}

/** In memory; who takes a task over reads first what stands on its pages. */
export function handledIds(pages: TaskPageStore, { id, page: begun }: SyncTask): HandledIds {
  const met = idSet();
  let earlier: Promise<void> | undefined;

  async function readEarlier(): Promise<void> {
    for await (const ids of pages.idsUpTo(id, begun)) for (const each of ids) met.add(each);
  }

  return {
    areAllOurs: begun === 0,
    async among(ids) {
      if (begun > 0) await (earlier ??= readEarlier());
      return new Set(ids.filter((each) => met.has(each)));
    },
    add(ids) {
      for (const each of ids) met.add(each);
    },
  };
}
