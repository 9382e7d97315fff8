import { connectMongo } from '@crossdock/mongo';
import { createLogger, mongoConfig, readConfig, vaultConfig } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import Type from 'typebox';
import { countKeys, rotateCollection } from './rotate.ts';
import { type SealedCollection, SEALED_COLLECTIONS } from './sealed-texts.ts';

const schema = Type.Object({
  ...vaultConfig,
  MONGODB_URI: mongoConfig.MONGODB_URI,
  DATABASE_PREFIX: Type.String({ default: 'crossdock-', description: 'what stands before a service in its database' }),
});

const config = readConfig(schema, process.env);
const vault = createVault(config.KEY_ENCRYPTION_KEYS);
const log = createLogger('keys', 'warn');

/** Answers how many texts are left under other keys than the current one. */
async function look(of: SealedCollection, rotating: boolean): Promise<number> {
  const database = `${config.DATABASE_PREFIX}${of.service}`;
  const mongo = connectMongo({ uri: config.MONGODB_URI, database, log });
  await mongo.start();
  try {
    const { rewrapped, failed } = rotating ? await rotateCollection(mongo, of, vault) : { rewrapped: 0, failed: [] };
    const counts = [...(await countKeys(mongo, of))].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const under = counts.map(([key, count]) => `${count} under ${key}`).join(', ') || 'none';
    console.log(
      `${`${database}.${of.collection}`.padEnd(48)} ${rotating ? `rotated ${rewrapped}, ` : ''}sealed: ${under}`,
    );
    for (const reason of failed) console.log(`  FAILED ${reason}`);
    return counts.reduce((sum, [key, count]) => sum + (key === vault.currentKey ? 0 : count), 0);
  } finally {
    await mongo.stop();
  }
}

const command = process.argv[2] ?? '';
if (!['rotate', 'status'].includes(command)) {
  console.error('pnpm keys rotate   puts every secret under the first of KEY_ENCRYPTION_KEYS, while the services run');
  console.error('pnpm keys status   counts the secrets under each key');
  process.exit(2);
}
let left = 0;
for (const each of SEALED_COLLECTIONS) left += await look(each, command === 'rotate');
console.log(
  left === 0
    ? `every secret is under ${vault.currentKey}: the other keys may go`
    : `${left} not under ${vault.currentKey}: keep the other keys, and rotate once every service has the new one in front`,
);
process.exitCode = left === 0 ? 0 : 1;
