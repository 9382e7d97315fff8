import type { Mongo } from '@crossdock/mongo';
import type { Vault } from '@crossdock/vault';
import { type SealedCollection, sealedIn } from './sealed-texts.ts';

/** Every id in these collections is a text. */
type Row = { _id: string; tenant?: string } & Record<string, unknown>;

export interface Rotated {
  /** Texts put under the current key. */
  rewrapped: number;
  /** Texts that open under no key that was given: their document, and why. */
  failed: string[];
}

const BATCH = 100;

const rowsOf = ({ connection }: Mongo, { collection }: SealedCollection) => connection.collection<Row>(collection);

/**
 * Puts every sealed text of a collection under the vault's current key while its service runs: each is replaced only as it
 * was read, so that a newer one stays. Broken off, it is simply run again: what is done is not done twice.
 */
export async function rotateCollection(mongo: Mongo, of: SealedCollection, vault: Vault): Promise<Rotated> {
  const rows = rowsOf(mongo, of);
  const rotated: Rotated = { rewrapped: 0, failed: [] };

  /** The text under the current key; null, and said, when no given key opens it. */
  function anewOf(row: Row, text: string): string | null {
    try {
      return vault.rewrap(of.tenant ?? row.tenant ?? '', text);
    } catch (err) {
      rotated.failed.push(`${row._id}: ${(err as Error).message}`);
      return null;
    }
  }

  async function rotate(row: Row): Promise<void> {
    const old = sealedIn(row).filter(({ keyId }) => keyId !== vault.currentKey);
    const turned = old.flatMap(({ path, text }) => {
      const anew = anewOf(row, text);
      return anew === null ? [] : [{ path, text, anew }];
    });
    if (turned.length === 0) return;
    const asRead = Object.fromEntries(turned.map(({ path, text }) => [path, text]));
    const anew = Object.fromEntries(turned.map((each) => [each.path, each.anew]));
    const { matchedCount } = await rows.updateOne({ ...asRead, _id: row._id }, { $set: anew });
    if (matchedCount === 1) {
      rotated.rewrapped += turned.length;
      return;
    }
    const now = await rows.findOne({ _id: row._id });
    if (now !== null) await rotate(now);
  }

  let batch: Promise<void>[] = [];
  for await (const row of rows.find({}, { batchSize: BATCH })) {
    batch.push(rotate(row as Row));
    if (batch.length < BATCH) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
  return rotated;
}

/** How many texts of a collection are sealed under each key. */
export async function countKeys(mongo: Mongo, of: SealedCollection): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const row of rowsOf(mongo, of).find({}, { batchSize: BATCH }))
    for (const { keyId } of sealedIn(row)) counts.set(keyId, (counts.get(keyId) ?? 0) + 1);
  return counts;
}
