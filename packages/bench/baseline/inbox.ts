import type { Kafka } from 'kafkajs';
import type { mongo } from 'mongoose';

/** Stores every message once by its `ce_id`; `joined` is called where the first fetch begins, and it ends when `count` are stored. */
export async function storeBare(
  {
    kafka,
    topic,
    group,
    rows,
  }: { kafka: Kafka; topic: string; group: string; rows: mongo.Collection<{ _id: string }> },
  count: number,
  joined: () => void,
): Promise<{ stop(): Promise<void> }> {
  const consumer = kafka.consumer({ groupId: group });
  const done = Promise.withResolvers<void>();
  let stored = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    partitionsConsumedConcurrently: 6,
    eachBatch: async ({ batch }) => {
      const documents = batch.messages.map(({ headers, value }) => ({
        _id: String(headers!['ce_id']),
        data: JSON.parse(value!.toString()) as unknown,
      }));
      await rows.insertMany(documents, { ordered: false });
      stored += documents.length;
      if (stored >= count) done.resolve();
    },
  });
  joined();
  await done.promise;
  return { stop: () => consumer.disconnect() };
}
