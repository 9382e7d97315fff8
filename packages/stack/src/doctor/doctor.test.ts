import { expect, test } from '@jest/globals';
import { lookAtKeys } from './machine.ts';
import { lookAtKafka, lookAtMongo } from './stores.ts';

test('a key that is none is named with the line that makes one', () => {
  expect(lookAtKeys({ KEY_ENCRYPTION_KEYS: 'k1:short' })).toMatchObject({
    fault: expect.stringContaining('32 bytes'),
    fix: expect.stringContaining('base64'),
  });
  expect(lookAtKeys({ KEY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}` }).fault).toBeNull();
});

test('stores that are away are named without their password', async () => {
  const [mongo] = await lookAtMongo('mongodb://user:hunter2@127.0.0.1:1/');
  expect(mongo?.fault).toContain('does not answer at mongodb://***@127.0.0.1:1/');
  const [kafka] = await lookAtKafka(['127.0.0.1:1'], '');
  expect(kafka?.fault).toContain('does not answer at 127.0.0.1:1');
});

test('on stores that are up it finds a primary, the right time, and which topics are missing', async () => {
  const { KAFKA_BROKERS, MONGODB_URI } = process.env;
  expect((await lookAtMongo(MONGODB_URI!)).map(({ fault }) => fault)).toEqual([null, null, null]);
  const [there, topics] = await lookAtKafka(KAFKA_BROKERS!.split(','), 'nobody-has-these.');
  expect(there?.fault).toBeNull();
  expect(topics?.fault).toContain('nobody-has-these.sync.completed.dlq');
});
