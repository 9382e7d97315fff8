import { readTopic, type KafkaRecord } from '@crossdock/stack/records';
import { stores } from './names.ts';

/** Every record of a topic (its name without the prefix) that stands there now, oldest first within a partition. */
export const recordsOf = (topic: string, { topicPrefix = '' }: { topicPrefix?: string } = {}): Promise<KafkaRecord[]> =>
  readTopic(stores().kafka, `${topicPrefix}${topic}`);
