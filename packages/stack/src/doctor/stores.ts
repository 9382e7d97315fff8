import { allEvents } from '@crossdock/contracts';
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { faulty, fine, type Finding } from './finding.ts';

const ANSWER_MS = 3_000;
const CLOCK_MS = 5_000;
const OLDEST_MONGODB = 6;

/** MongoDB: there, new enough, a replica set with a primary, and of our time. */
export async function lookAtMongo(uri: string): Promise<Finding[]> {
  const connection = mongoose.createConnection();
  try {
    await connection.openUri(uri, { serverSelectionTimeoutMS: ANSWER_MS });
    const admin = connection.getClient().db('admin');
    const { version } = (await admin.command({ buildInfo: 1 })) as { version: string };
    const hello = (await admin.command({ hello: 1 })) as {
      setName?: string;
      isWritablePrimary: boolean;
      localTime: Date;
    };
    return [
      Number.parseInt(version, 10) >= OLDEST_MONGODB
        ? fine(`MongoDB ${version}`)
        : faulty('MongoDB', `is ${version}, 6.0 or newer is needed`, 'use the image mongo:8'),
      hello.setName !== undefined && hello.isWritablePrimary
        ? fine(`replica set ${hello.setName} has a primary`)
        : faulty('replica set', 'has no primary, or there is none', "mongosh --eval 'rs.initiate()'"),
      clockAgainst(hello.localTime),
    ];
  } catch (err) {
    return [
      faulty(
        'MongoDB',
        `does not answer at ${withoutPassword(uri)} (${(err as Error).message})`,
        'npm start, or set MONGODB_URI',
      ),
    ];
  } finally {
    await connection.close();
  }
}

function clockAgainst(there: Date): Finding {
  const apart = Math.abs(Date.now() - there.getTime());
  if (apart <= CLOCK_MS) return fine('the clock agrees with MongoDB');
  return faulty(
    'clock',
    `is ${Math.round(apart / 1000)} s apart from MongoDB's: leases and signatures go wrong`,
    'timedatectl set-ntp true',
  );
}

/** Kafka: there, with every topic and its dead letters. */
export async function lookAtKafka(brokers: string[], topicPrefix: string): Promise<Finding[]> {
  const kafka = new Kafka({
    brokers,
    clientId: 'doctor',
    connectionTimeout: ANSWER_MS,
    retry: { retries: 1 },
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const there = new Set(await admin.listTopics());
    const wanted = allEvents.flatMap(({ topic }) => [`${topicPrefix}${topic}`, `${topicPrefix}${topic}.dlq`]);
    const missing = wanted.filter((topic) => !there.has(topic));
    const topics =
      missing.length === 0
        ? fine(`${wanted.length} topics`)
        : faulty('Kafka topics', `${missing.join(', ')} are missing`, 'start the services once: each creates its own');
    return [fine(`Kafka answers at ${brokers.join(',')}`), topics];
  } catch (err) {
    return [
      faulty(
        'Kafka',
        `does not answer at ${brokers.join(',')} (${(err as Error).message})`,
        'npm start, or set KAFKA_BROKERS',
      ),
    ];
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

const withoutPassword = (uri: string): string => uri.replace(/\/\/[^@/]*@/, '//***@');
