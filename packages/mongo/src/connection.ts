import { sleep, type Logger, type Part } from '@crossdock/kernel';
import mongoose, { type Connection } from 'mongoose';

export interface Mongo extends Part {
  /** Models may be made on it before it is open. */
  connection: Connection;
}

const OLDEST_MAJOR = 6;
const RETRY_MS = 500;

export interface MongoOptions {
  uri: string;
  database: string;
  /** Kept open from the start, for whom it matters that a command leaves at once: opening one takes up to 20 ms. */
  connections?: number;
  log: Logger;
}

/** One database of our own: majority writes, no buffering, no automatic indexes. `start` waits for a server that is not there yet. */
export function connectMongo({ uri, database, connections: minPoolSize = 0, log }: MongoOptions): Mongo {
  const connection = mongoose.createConnection();
  connection.set('autoIndex', false);
  connection.set('autoCreate', false);
  connection.set('bufferCommands', false);
  let stopped = false;

  async function open(): Promise<void> {
    await connection.openUri(uri, {
      dbName: database,
      writeConcern: { w: 'majority' },
      serverSelectionTimeoutMS: 2_000,
      heartbeatFrequencyMS: 2_000,
      minPoolSize,
      maxPoolSize: 20,
    });
    const { version } = await connection.getClient().db(database).command({ buildInfo: 1 });
    if (Number.parseInt(version, 10) < OLDEST_MAJOR)
      throw new TypeError(`MongoDB ${version} is too old: 6.0 or newer is needed`);
  }

  return {
    name: 'mongodb',
    connection,
    async start() {
      while (!stopped) {
        try {
          return await open();
        } catch (err) {
          if (err instanceof TypeError) throw err;
          log.warn({ err: (err as Error).message }, 'MongoDB is not there yet');
          await connection.close().catch(() => {});
          await sleep(RETRY_MS);
        }
      }
    },
    async stop() {
      stopped = true;
      await connection.close();
    },
    async check() {
      if (connection.readyState !== mongoose.ConnectionStates.connected) return 'not connected';
      try {
        await connection.getClient().db(database).command({ ping: 1 }, { timeoutMS: 1_000 });
        return null;
      } catch {
        return 'does not answer';
      }
    },
  };
}
