import './idle-timer-guard.ts';
import type { Logger } from '@crossdock/kernel';
import { Kafka, type LogEntry, logLevel } from 'kafkajs';

export interface KafkaOptions {
  brokers: string[];
  clientId: string;
  log: Logger;
}

/** A client whose log lines join ours. It connects to nothing by itself. */
export const createKafka = ({ brokers, clientId, log }: KafkaOptions): Kafka =>
  new Kafka({
    brokers,
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => writeEntry(log, entry),
  });

/** For debugging only: what fails in the end is said by whoever asked for it, and kafkajs names each of its tries an error. */
function writeEntry(log: Logger, { namespace, log: { message, timestamp: _, ...fields } }: LogEntry): void {
  log.debug({ ...fields, part: `kafkajs ${namespace}` }, message);
}
