import type { KafkaMessage, Message } from 'kafkajs';
import { deadLetterTopic } from './topics.ts';

/** Where a record stood. */
export interface Origin {
  topic: string;
  partition: number;
  group: string;
}

export interface DeadLetters {
  /** Resolves when the broker has it: only then may the record's offset be committed. */
  bury(record: KafkaMessage, origin: Origin, reason: string): Promise<void>;
}

const MAX_REASON = 1_000;

/** Keeps key, value and headers byte for byte and adds why and where from. */
export function createDeadLetters(send: (topic: string, records: Message[]) => Promise<void>): DeadLetters {
  return {
    bury: (record, { topic, partition, group }, reason) =>
      send(deadLetterTopic(topic), [
        {
          key: record.key,
          value: record.value,
          headers: {
            ...record.headers,
            dlq_reason: reason.slice(0, MAX_REASON),
            dlq_topic: topic,
            dlq_partition: String(partition),
            dlq_offset: record.offset,
            dlq_group: group,
          },
        },
      ]),
  };
}
