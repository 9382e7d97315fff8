import mongoose from 'mongoose';
import { StartError } from '../start-error.ts';
import { answersNow } from './kafka.ts';
import type { Stores } from './open-stores.ts';

/** The stores that KAFKA_BROKERS and MONGODB_URI name, which we neither start nor stop. */
export async function givenStores(env: NodeJS.ProcessEnv): Promise<Stores> {
  const { KAFKA_BROKERS, MONGODB_URI } = env;
  if (!KAFKA_BROKERS || !MONGODB_URI)
    throw new StartError('KAFKA_BROKERS and MONGODB_URI are given together or not at all.');
  const kafka = KAFKA_BROKERS.split(',').map((broker) => broker.trim());
  const [broker, mongo] = await Promise.all([anyAnswers(kafka), mongoAnswers(MONGODB_URI)]);
  if (!broker) throw new StartError(`No Kafka answers at ${KAFKA_BROKERS} (KAFKA_BROKERS).`);
  if (!mongo) throw new StartError('No MongoDB answers at the address in MONGODB_URI.');
  return { kind: 'given', kafka, mongodb: MONGODB_URI, pids: {}, stop: async () => undefined };
}

const anyAnswers = async (brokers: string[]): Promise<boolean> =>
  (await Promise.all(brokers.map(answersNow))).includes(true);

async function mongoAnswers(uri: string): Promise<boolean> {
  try {
    const client = await mongoose.mongo.MongoClient.connect(uri, { serverSelectionTimeoutMS: 5_000 });
    await client.close();
    return true;
  } catch {
    return false;
  }
}

/** Drops the named databases: what a reset means on stores that are not ours. */
export async function emptyGiven(uri: string, databases: string[]): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(uri);
  try {
    for (const name of databases) await client.db(name).dropDatabase();
  } finally {
    await client.close();
  }
}
