import type { mongo } from 'mongoose';

/** A write of a page's ids: by which holder. */
export interface PageWrite {
  page: number;
  fence: number;
}

export interface PageWrites extends AsyncDisposable {
  of(taskId: string): PageWrite[];
}

interface Change {
  documentKey?: { _id: string };
  fullDocument?: { fence?: number };
  updateDescription?: { updatedFields?: { fence?: number } };
}

/** Every page that is written from now on, by the store's own account: how often one was, nothing else remembers. */
export async function pageWritesOf(orchestrator: mongo.Db): Promise<PageWrites> {
  const writes = new Map<string, PageWrite[]>();
  const stream = orchestrator
    .collection('task_pages')
    .watch([
      { $match: { operationType: { $in: ['insert', 'update', 'replace'] } } },
      { $project: { documentKey: 1, 'fullDocument.fence': 1, 'updateDescription.updatedFields.fence': 1 } },
    ]);
  stream.on('change', (change) => {
    const { documentKey, fullDocument, updateDescription } = change as Change;
    const [taskId = '', number] = (documentKey?._id ?? '').split('/');
    const page = Number(number);
    const known = writes.get(taskId) ?? [];
    const before = known.findLast((write) => write.page === page)?.fence ?? 0;
    const fence = fullDocument?.fence ?? updateDescription?.updatedFields?.fence ?? before;
    writes.set(taskId, [...known, { page, fence }]);
  });
  return {
    of: (taskId) => writes.get(taskId) ?? [],
    [Symbol.asyncDispose]: () => stream.close(),
  };
}
