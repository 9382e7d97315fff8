import type { Admin, ITopicConfig, Kafka } from 'kafkajs';

const PARTITIONS = 6;
/** Above what a record may have, so that its dead letter with the added headers still fits. */
const DEAD_LETTER_BYTES = 2 * 1024 * 1024;

export const deadLetterTopic = (topic: string): string => `${topic}.dlq`;

export interface Topics {
  /** Creates what is missing of these topics and their dead-letter topics; known ones cost nothing. */
  ensure(topics: string[]): Promise<void>;
  /** Looks again at the next `ensure`: a topic may have been deleted under us. */
  forget(topic: string): void;
}

/** Replication is the broker's own default: three in production, one on a laptop. */
export function createTopics(kafka: Kafka): Topics {
  const known = new Set<string>();
  return {
    async ensure(topics) {
      const unknown = topics.filter((topic) => !known.has(topic));
      if (unknown.length === 0) return;
      await withAdmin(kafka, async (admin) => {
        const existing = new Set(await admin.listTopics());
        const missing = unknown.flatMap(withDeadLetters).filter(({ topic }) => !existing.has(topic));
        if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true });
      });
      for (const topic of unknown) known.add(topic);
    },
    forget(topic) {
      known.delete(topic);
    },
  };
}

const withDeadLetters = (topic: string): ITopicConfig[] => [
  { topic, numPartitions: PARTITIONS },
  {
    topic: deadLetterTopic(topic),
    numPartitions: 1,
    configEntries: [{ name: 'max.message.bytes', value: String(DEAD_LETTER_BYTES) }],
  },
];

async function withAdmin(kafka: Kafka, use: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await use(admin);
  } finally {
    await admin.disconnect();
  }
}
