import { expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { recordsOf, stores, testNames } from '../src/index.ts';

test('recordsOf reads a whole topic with headers as texts, an event told twice once, and nothing of a topic that is not there', async () => {
  const { topicPrefix } = testNames();
  const kafka = new Kafka({ brokers: stores().kafka, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: `${topicPrefix}sync.completed`, numPartitions: 3 }],
    waitForLeaders: true,
  });
  expect(await recordsOf('sync.completed', { topicPrefix })).toEqual([]);

  const producer = kafka.producer();
  await producer.connect();
  const messages = ['a', 'b', 'c', 'd'].map((key) => ({ key, value: `{"${key}":1}`, headers: { ce_id: key } }));
  await producer.send({ topic: `${topicPrefix}sync.completed`, messages });
  const records = await recordsOf('sync.completed', { topicPrefix });
  const byKey = records.toSorted((one, other) => one.key.localeCompare(other.key));
  expect(byKey.map(({ key, headers, value }) => [key, headers['ce_id'], value])).toEqual(
    ['a', 'b', 'c', 'd'].map((key) => [key, key, `{"${key}":1}`]),
  );
  await producer.send({ topic: `${topicPrefix}sync.completed`, messages: messages.slice(1, 3) });
  expect(await recordsOf('sync.completed', { topicPrefix })).toHaveLength(4);
  await producer.send({ topic: `${topicPrefix}sync.completed`, messages: [{ ...messages[0]!, value: '{}' }] });
  await expect(recordsOf('sync.completed', { topicPrefix })).rejects.toThrow('twice, in two ways');
  expect(await recordsOf('no.such', { topicPrefix })).toEqual([]);
  await Promise.all([producer.disconnect(), admin.disconnect()]);
});
