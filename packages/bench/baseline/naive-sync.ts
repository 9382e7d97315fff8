import type { Kafka } from 'kafkajs';
import { Schema, type Connection, type Model } from 'mongoose';
import type { BenchRow } from './bench-rows.ts';

const price = { amount: String, currency: String, minor: String };
const sku = new Schema({ sku_id: String, outer_id: String, properties: String, price, stock: Number }, { _id: false });

export const naiveModel = (connection: Connection): Model<BenchRow> =>
  connection.model<BenchRow>(
    'NaiveProduct',
    new Schema<BenchRow>({
      _id: String,
      tenant: String,
      connectorId: String,
      externalId: String,
      guard: Number,
      mark: { fence: Number, page: Number },
      version: Number,
      fields: {
        title: String,
        status: String,
        outer_id: String,
        price,
        stock: Number,
        images: [String],
        category_id: String,
        skus: [sku],
      },
      hash: String,
      digest: String,
      sourceUpdatedAt: Date,
      syncedAt: Date,
      deletedAt: Date,
    }),
  );

/** Puts the rows into the topic, a message each, for `syncNaively` to find. */
export async function sendRows(kafka: Kafka, topic: string, rows: BenchRow[]): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = rows.map((row) => ({ key: row._id, value: JSON.stringify(row) }));
  for (let at = 0; at < messages.length; at += 500)
    await producer.send({ topic, messages: messages.slice(at, at + 500) });
  await producer.disconnect();
}

/** One message, one row, one `save()`; `onFirst` and `onLast` are called where the work on the `count` rows begins and ends. */
export async function syncNaively(
  { kafka, topic, count, products }: { kafka: Kafka; topic: string; count: number; products: Model<BenchRow> },
  onFirst: () => void,
  onLast: () => void,
): Promise<void> {
  const consumer = kafka.consumer({ groupId: topic });
  const done = Promise.withResolvers<void>();
  let handled = 0;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (handled === 0) onFirst();
      const row = JSON.parse(message.value!.toString()) as BenchRow;
      const product = (await products.findOne({ _id: row._id })) ?? new products();
      product.set(row);
      await product.save();
      handled += 1;
      if (handled === count) {
        onLast();
        done.resolve();
      }
    },
  });
  await done.promise;
  await consumer.disconnect();
}
