import mongoose from 'mongoose';
import { until } from '../until.ts';

export const REPLICA_SET = 'rs0';

const ALREADY_INITIALIZED = 23;

/**
 * Initiates the set of the one mongod at `address`, known to itself as `member`; on data of an earlier run whose member
 * was another one, tells the set its new name by force. Writable when this resolves.
 */
export async function formReplicaSet(address: string, signal: AbortSignal, member = address): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(`mongodb://${address}/?directConnection=true`);
  try {
    const admin = client.db('admin');
    const readConfig = () =>
      admin.command({ replSetGetConfig: 1 }).then(
        (answer) => answer['config'] as { version: number; members: { host: string }[] },
        () => null,
      );
    const initiate = () =>
      admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host: member }] } }).catch((err) => {
        if (err.code !== ALREADY_INITIALIZED) throw err;
      });
    let config = await readConfig();
    if (config === null) {
      await initiate();
      // Of the same member now, unless it had not read yet what it was before.
      config = await until(readConfig, { timeoutMs: 30_000, what: 'the replica set of MongoDB', signal });
    }
    if (config.members[0]?.host !== member) {
      const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host: member }] };
      await admin.command({ replSetReconfig: moved, force: true });
    }
    const isPrimary = async () => (await admin.command({ hello: 1 }))['isWritablePrimary'] === true;
    await until(isPrimary, { timeoutMs: 30_000, what: 'the primary of MongoDB', signal });
  } finally {
    await client.close();
  }
}
