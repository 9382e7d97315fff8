import type { mongo } from 'mongoose';
import type { BenchRow } from './bench-rows.ts';

const BATCH = 500;

/** Reads which rows are there, inserts what is not, updates what changed, skips the rest: the least durable work a sync can do. */
export async function syncBare(rows: BenchRow[], collection: mongo.Collection<BenchRow>): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) {
    const batch = rows.slice(at, at + BATCH);
    const ids = batch.map((row) => row._id);
    const found = await collection.find({ _id: { $in: ids } }, { projection: { hash: 1 } }).toArray();
    const hashes = new Map(found.map(({ _id, hash }) => [_id, hash]));
    const fresh = batch.filter((row) => !hashes.has(row._id));
    const changed = batch.filter((row) => hashes.has(row._id) && hashes.get(row._id) !== row.hash);
    if (fresh.length > 0) await collection.insertMany(fresh, { ordered: false });
    if (changed.length > 0) {
      const updates = changed.map(({ _id, ...content }) => ({
        updateOne: { filter: { _id }, update: { $set: content } },
      }));
      await collection.bulkWrite(updates, { ordered: false });
    }
  }
}
