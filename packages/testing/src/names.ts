import { newSecret } from '@crossdock/kernel';

/** Names nobody else uses, so that files run side by side on one stack. */
export function testNames(): { database: string; topicPrefix: string; group: string } {
  const unique = newSecret(6)
    .replaceAll(/[^a-zA-Z0-9]/g, 'x')
    .toLowerCase();
  return { database: `t-${unique}`, topicPrefix: `t-${unique}.`, group: `t-${unique}` };
}

/** The stores of this test run. */
export function stores(): { kafka: string[]; mongodb: string } {
  const { KAFKA_BROKERS, MONGODB_URI } = process.env;
  if (KAFKA_BROKERS === undefined || MONGODB_URI === undefined)
    throw new Error('run the tests by npm test: it brings up the stores');
  return { kafka: KAFKA_BROKERS.split(','), mongodb: MONGODB_URI };
}
