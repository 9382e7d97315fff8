import { isDuplicateKey } from '@crossdock/mongo';
import type { mongo } from 'mongoose';

interface Refused {
  writeErrors: { code: number; index: number }[] | { code: number; index: number };
}

/** Inserts what is not there yet; answers the documents whose unique key was taken. */
export async function insertNew<R extends mongo.Document>(
  rows: mongo.Collection<R>,
  documents: mongo.OptionalUnlessRequiredId<R>[],
) {
  if (documents.length === 0) return [];
  try {
    await rows.insertMany(documents, { ordered: false });
    return [];
  } catch (err) {
    const refused = [(err as Partial<Refused>).writeErrors ?? []].flat();
    if (refused.length === 0 || !refused.every(isDuplicateKey)) throw err;
    return refused.flatMap(({ index }) => documents[index] ?? []);
  }
}
