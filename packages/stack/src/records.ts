import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type IHeaders, type KafkaMessage } from 'kafkajs';

/** A Kafka record with its headers and value as texts; `at` is the broker's time. */
export interface KafkaRecord {
  topic: string;
  partition: number;
  offset: string;
  at: Date;
  key: string;
  headers: Record<string, string>;
  value: string;
}

/** Every record that stands in the topic now, oldest first within a partition; none when there is no such topic. */
export async function readTopic(brokers: string[], topic: string): Promise<KafkaRecord[]> {
  const kafka = new Kafka({ brokers, clientId: 'reader', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    if (!(await admin.listTopics()).includes(topic)) return [];
    const ends = (await admin.fetchTopicOffsets(topic)).filter(({ high, low }) => high !== low);
    if (ends.length === 0) return [];
    const groupId = `reader-${randomUUID()}`;
    try {
      return await readUpTo(
        kafka,
        groupId,
        topic,
        new Map(ends.map(({ partition, high }) => [partition, BigInt(high)])),
      );
    } finally {
      await admin.deleteGroups([groupId]);
    }
  } finally {
    await admin.disconnect();
  }
}

async function readUpTo(
  kafka: Kafka,
  groupId: string,
  topic: string,
  ends: Map<number, bigint>,
): Promise<KafkaRecord[]> {
  const consumer = kafka.consumer({ groupId });
  const records: KafkaRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const { promise: complete, resolve } = Promise.withResolvers<void>();
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        const end = ends.get(partition);
        if (end === undefined) return;
        records.push(toRecord(topic, partition, message));
        if (BigInt(message.offset) + 1n < end) return;
        ends.delete(partition);
        if (ends.size === 0) resolve();
      },
    });
    await complete;
  } finally {
    await consumer.disconnect();
  }
  return records;
}

export const toRecord = (topic: string, partition: number, message: KafkaMessage): KafkaRecord => ({
  topic,
  partition,
  offset: message.offset,
  at: new Date(Number(message.timestamp)),
  key: message.key?.toString() ?? '',
  headers: headerTexts(message.headers),
  value: message.value?.toString() ?? '',
});

const headerTexts = (headers: IHeaders = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
