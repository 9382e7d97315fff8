import { type Clock, recent } from '@crossdock/kernel';
import type { mongo } from 'mongoose';
import { Gauge, type Registry } from 'prom-client';
import { OUTBOX_INDEX } from './outbox.ts';

const MOST_DOCUMENTS = 10_000;
const LIMIT_MS = 2_000;

interface Waiting {
  collection: string;
  entries: number;
  ageSeconds: number;
}

/** Looked up when somebody scrapes; a collection that cannot be read now is left out. */
export function outboxMetrics(collections: mongo.Collection[], clock: Clock, registry: Registry): void {
  const waiting = recent(() => Promise.all(collections.map((rows) => waitingIn(rows, clock))));
  const gauge = (name: string, help: string, value: (of: Waiting) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['collection'],
      registers: [registry],
      async collect() {
        this.reset();
        for (const each of (await waiting()) ?? []) this.set({ collection: each.collection }, value(each));
      },
    });
  gauge(
    'crossdock_outbox_entries',
    `Events that wait for the broker, counted in at most ${MOST_DOCUMENTS} documents`,
    ({ entries }) => entries,
  );
  gauge(
    'crossdock_outbox_oldest_age_seconds',
    'Age of the oldest event that waits for the broker, 0 when none does',
    ({ ageSeconds }) => ageSeconds,
  );
}

async function waitingIn(rows: mongo.Collection, clock: Clock): Promise<Waiting> {
  const [sum] = await rows
    .aggregate<{ entries: number; oldest: string }>(
      [
        { $match: { 'outbox.0': { $exists: true } } },
        { $limit: MOST_DOCUMENTS },
        {
          $group: {
            _id: null,
            entries: { $sum: { $size: '$outbox' } },
            oldest: { $min: { $first: '$outbox.time' } },
          },
        },
      ],
      { hint: OUTBOX_INDEX, maxTimeMS: LIMIT_MS },
    )
    .toArray();
  const collection = rows.collectionName;
  if (sum === undefined) return { collection, entries: 0, ageSeconds: 0 };
  const ageMs = clock().getTime() - Date.parse(sum.oldest);
  return { collection, entries: sum.entries, ageSeconds: Math.max(0, ageMs / 1e3) };
}
