import { isDeepStrictEqual } from 'node:util';
import { readTopic, type KafkaRecord } from '@crossdock/stack/records';
import { stores } from './names.ts';

/**
 * The records of a topic (its name without the prefix) that stand there now, oldest first within a partition. Events
 * are told at least once: one that came again alike counts once, one that came again otherwise is an error.
 */
export async function recordsOf(
  topic: string,
  { topicPrefix = '' }: { topicPrefix?: string } = {},
): Promise<KafkaRecord[]> {
  const firsts = new Map<string, KafkaRecord>();
  for (const record of await readTopic(stores().kafka, `${topicPrefix}${topic}`)) {
    const id = record.headers['ce_id'] ?? `${record.partition}/${record.offset}`;
    const first = firsts.get(id) ?? record;
    if (first.key !== record.key || first.value !== record.value || !isDeepStrictEqual(first.headers, record.headers)) {
      throw new Error(`the event ${id} of ${topic} was told twice, in two ways`);
    }
    firsts.set(id, first);
  }
  return [...firsts.values()];
}
