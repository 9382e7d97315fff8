import { expect, test } from '@jest/globals';
import Type from 'typebox';
import { commonConfig, readConfig } from './config.ts';

const schema = Type.Object({ ...commonConfig, GRPC_PORT: Type.Integer({ minimum: 1, description: 'a port' }) });

test('values come as the schema says: numbers, lists and defaults', () => {
  const config = readConfig(schema, {
    OPS_PORT: '9201',
    GRPC_PORT: '9101',
    MONGODB_URI: 'mongodb://127.0.0.1:27017',
    MONGODB_DATABASE: 'registry',
    KAFKA_BROKERS: '127.0.0.1:9092, 127.0.0.1:9093',
    SOMETHING_ELSE: 'stays out',
  });
  expect(config).toEqual({
    HOST: '127.0.0.1',
    OPS_PORT: 9201,
    LOG_LEVEL: 'info',
    MONGODB_URI: 'mongodb://127.0.0.1:27017',
    MONGODB_DATABASE: 'registry',
    KAFKA_BROKERS: ['127.0.0.1:9092', '127.0.0.1:9093'],
    TOPIC_PREFIX: '',
    GRPC_PORT: 9101,
  });
});

test('all faults come at once, each naming its variable and what it should be, none showing the value', () => {
  const read = () =>
    readConfig(schema, {
      GRPC_PORT: 'secret-thing',
      MONGODB_URI: 'http://user:hunter2@x',
      MONGODB_DATABASE: '',
      KAFKA_BROKERS: 'x:1',
      LOG_LEVEL: 'loud',
    });
  expect(read).toThrow(/OPS_PORT is missing: it should be the port/);
  expect(read).toThrow(/GRPC_PORT is wrong: it should be a port/);
  expect(read).toThrow(/MONGODB_URI is wrong/);
  expect(read).toThrow(/MONGODB_DATABASE is missing/);
  expect(read).toThrow(/LOG_LEVEL is wrong: it should be debug, info/);
  expect(read).not.toThrow(/hunter2|secret-thing|KAFKA/);
});
