import type { RunDirectory } from '../run-directory.ts';
import { StartError } from '../start-error.ts';
import type { Surroundings } from './commands.ts';
import { dockerEngine } from './docker-engine.ts';
import { dockerStores } from './docker-stores.ts';
import { givenStores } from './given.ts';
import { nativeStores } from './native-stores.ts';

export interface Stores {
  kind: 'given' | 'docker' | 'native';
  kafka: string[];
  mongodb: string;
  /** Of the processes we started. */
  pids: { kafka?: number; mongodb?: number };
  stop(): Promise<void>;
}

export interface StoreOptions extends Surroundings {
  /** Where the processes are noted; data goes to `data`, logs to `logs` in it. */
  run: RunDirectory;
  /** Downloads, shared by every run of this copy of the project. */
  cache: string;
  /** Free ones unless named. */
  ports?: { kafka: number; mongodb: number };
  /** Containers find the data that an earlier run in this folder left, or none; unless named, theirs goes with them. */
  volumes?: 'kept' | 'new';
}

/** Real Kafka and MongoDB: given by the environment, else in containers where an engine answers, else native ones. CROSSDOCK_STACK forces a kind. */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { env } = options;
  const forced = env['CROSSDOCK_STACK'] || undefined;
  switch (forced) {
    case 'given':
      return givenStores(env);
    case 'docker': {
      const engine = await dockerEngine(options);
      if (engine === null) throw new StartError('No Docker engine answers, and CROSSDOCK_STACK=docker asks for one.');
      return dockerStores(options, engine);
    }
    case 'native':
      return nativeStores(options);
    case undefined: {
      if (env['KAFKA_BROKERS'] || env['MONGODB_URI']) return givenStores(env);
      const engine = await dockerEngine(options);
      return engine === null ? nativeStores(options) : dockerStores(options, engine);
    }
    default:
      throw new StartError(`CROSSDOCK_STACK=${forced} is unknown: given, docker or native.`);
  }
}
