import type * as Testcontainers from 'testcontainers';
import { outputOf, type Surroundings } from './commands.ts';

const ANSWER_LIMIT_MS = 5_000;

export interface Engine {
  testcontainers: typeof Testcontainers;
  client: Testcontainers.ContainerRuntimeClient;
  /** Where published ports are reached. */
  host: string;
}

/** A Docker engine that answers, or null. Where there is no such command, or nothing behind it, nothing more is loaded. */
export async function dockerEngine({ env, log, signal }: Surroundings): Promise<Engine | null> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
  const version = await outputOf('docker', ['version', '--format', '{{.Server.Version}}'], {
    env,
    log,
    signal: limited,
  }).catch(() => null);
  signal.throwIfAborted();
  if (version === null) return null;
  const testcontainers = await import('testcontainers');
  const client = await testcontainers.getContainerRuntimeClient().catch(() => null);
  if (client === null) return null;
  const { host } = client.info.containerRuntime;
  return { testcontainers, client, host: host === 'localhost' ? '127.0.0.1' : host };
}
