import { Kafka, logLevel } from 'kafkajs';

/** A bare client, as a program without a framework would use it. */
export const kafkaClient = (brokers: string[]): Kafka =>
  new Kafka({ brokers, clientId: 'bench', logLevel: logLevel.NOTHING });

export async function makeTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

export async function dropTopics(brokers: string[], prefix: string): Promise<void> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  await admin.disconnect();
}
