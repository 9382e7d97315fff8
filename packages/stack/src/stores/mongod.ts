import { mkdir } from 'node:fs/promises';
import { MongoMemoryServer } from 'mongodb-memory-server-core';
import type { RunDirectory } from '../run-directory.ts';
import type { MongodBinary } from './mongod-binary.ts';
import { formReplicaSet, REPLICA_SET } from './replica-set.ts';

export interface Mongod {
  uri: string;
  pid: number;
  stop(): Promise<void>;
}

/** A replica set of one on its own data folder, writable when this resolves. */
export async function startMongod(options: {
  binary: MongodBinary;
  dbPath: string;
  port: number;
  run: RunDirectory;
  signal: AbortSignal;
}): Promise<Mongod> {
  const { binary, dbPath, port, run, signal } = options;
  await mkdir(dbPath, { recursive: true });
  const { systemBinary, version, downloadDir } = binary;
  const server = await MongoMemoryServer.create({
    binary: { version, downloadDir, ...(systemBinary !== undefined && { systemBinary }) },
    instance: { dbPath, port, replSet: REPLICA_SET, storageEngine: 'wiredTiger', launchTimeout: 60_000 },
    // A group of its own: a Ctrl-C at the terminal must not end it before the services.
    spawn: { detached: true },
  });
  const pid = server.instanceInfo?.instance.mongodProcess?.pid;
  const at = server.instanceInfo?.port;
  if (pid === undefined || at === undefined) throw new Error('mongod started without a process');
  run.add(pid, dbPath);
  const stop = async () => {
    await server.stop({ doCleanup: false });
    run.remove(pid);
  };
  try {
    await formReplicaSet(`127.0.0.1:${at}`, signal);
  } catch (err) {
    await stop();
    throw err;
  }
  return { uri: `mongodb://127.0.0.1:${at}/?replicaSet=${REPLICA_SET}`, pid, stop };
}
