import { randomUUID } from 'node:crypto';
import type { Subject } from '../failpoints/subject.ts';
import type { RacingWorld } from './racing-world.ts';

type Row = { _id: string; name: string; slot: number };

/** Beyond every quota. */
const FIRST_ADDED = 1_000_000;

/** The connectors of one round. */
export function connectorsNamed({ database }: RacingWorld, name: string) {
  const rows = database('connector-registry').collection<Row>('connectors');
  return {
    countDocuments: () => rows.countDocuments({ name }),
    /** One more of them, in a place and of a shop of its own. */
    async addOne(): Promise<void> {
      const row = await rows.findOne({ name });
      if (row === null) throw new Error(`no connector ${name}`);
      const slot = FIRST_ADDED + Math.floor(Math.random() * 1_000_000);
      const own = { _id: randomUUID(), shopId: randomUUID(), slot, idempotency: null, outbox: [] };
      await rows.insertOne({ ...row, ...own } as never);
    },
    /** They would take part in the tenant's quota for ever. */
    removeAdded: () => rows.deleteMany({ name, slot: { $gte: FIRST_ADDED } }),
  };
}

/** The merchant's yes; answers where the platform sends the browser, which does not go there. */
export async function merchantAgrees({ authUrl, shopId }: Subject): Promise<URL> {
  const asked = new URL(authUrl);
  const form = new URLSearchParams([...asked.searchParams, ['shop_id', shopId], ['decision', 'approve']]);
  const answer = await fetch(asked.origin + asked.pathname, { method: 'POST', body: form, redirect: 'manual' });
  await answer.body?.cancel();
  return new URL(answer.headers.get('location') ?? '');
}
