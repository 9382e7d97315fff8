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

/** Names the processes of the stores to the tests: absent when this run did not start them. */
export const STORE_PIDS_VARIABLE = 'CROSSDOCK_STORE_PIDS';

/** The processes of this run's Kafka and MongoDB; null when they are others', or containers. */
export function storePids(): { kafka: number; mongodb: number } | null {
  const [kafka, mongodb] = (process.env[STORE_PIDS_VARIABLE] ?? '').split(',').map(Number);
  return kafka && mongodb ? { kafka, mongodb } : null;
}
