import type { mongo } from 'mongoose';

export interface Writes extends AsyncDisposable {
  /** Seconds from a death to its successor's first write in that database on a document whose id names one of these; null when there was none. */
  secondsTo(database: string, ids: string[], sinceMs: number): number | null;
}

/** What was on its way to the store when its writer died; no process starts in so little time. */
const IN_FLIGHT_MS = 200;

interface Write {
  database: string;
  key: string;
  at: number;
}

/** Every write of these databases from now on, by the store's own account and clock. */
export async function writesOf(databases: mongo.Db[]): Promise<Writes> {
  const writes: Write[] = [];
  const streams = databases.map((database) => {
    const stream = database.watch([{ $project: { documentKey: 1, wallTime: 1 } }]);
    stream.on('change', (change) => {
      const { documentKey, wallTime } = change as { documentKey?: { _id: unknown }; wallTime?: Date };
      if (documentKey === undefined || wallTime === undefined) return;
      writes.push({ database: database.databaseName, key: String(documentKey._id), at: wallTime.getTime() });
    });
    return stream;
  });
  return {
    secondsTo(database, ids, sinceMs) {
      const next = writes.find(
        (write) =>
          write.database === database && write.at > sinceMs + IN_FLIGHT_MS && ids.some((id) => write.key.includes(id)),
      );
      return next === undefined ? null : (next.at - sinceMs) / 1_000;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(streams.map((stream) => stream.close()));
    },
  };
}
