import { setFlagsFromString } from 'node:v8';
import { type Clock, type Logger, sleep, systemClock } from '@crossdock/kernel';
import type { Static, TObject } from 'typebox';
import { readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import type { Service } from './service.ts';

const DRAIN_LIMIT_MS = 25_000;
/** A small Buffer that lives on keeps the whole slab it was cut from: of Node's 64 KiB slabs hardly one died young. */
const POOL_BYTES = 2_048;

export interface Surroundings<C> {
  config: C;
  log: Logger;
  clock: Clock;
}

/** A process from environment to end: every fault of the environment at once and exit 1, else run until a signal, drain, exit 0. */
export async function main<S extends TObject>(
  name: string,
  schema: S,
  build: (surroundings: Surroundings<Static<S>>) => Service | Promise<Service>,
): Promise<void> {
  Buffer.poolSize = POOL_BYTES;
  const config = configOrExit(name, schema);
  const log = createLogger(name, String((config as { LOG_LEVEL?: string }).LOG_LEVEL ?? 'info'));
  const die = (what: string) => (err: unknown) => {
    log.error({ err }, what);
    process.exit(1);
  };
  process.on('unhandledRejection', die('unhandled rejection'));
  process.on('uncaughtException', die('uncaught exception'));
  try {
    const flush = await recordedSpans(name, config, log);
    const service = await build({ config, log, clock: systemClock });
    const stop = () => service.stop().then(flush);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void drain(stop, log, signal));
    await service.start();
    markLessOften();
  } catch (err) {
    die('did not start')(err);
  }
}

/**
 * What work leaves behind grows old and is garbage soon after. To mark the whole heap each time it grew by a third, as is
 * usual, is a sixth of the CPU of a sync; `--max-old-space-size` bounds what this lets lie.
 */
const markLessOften = (): void => setFlagsFromString('--heap-growing-percent=40');

/** Where a collector is named, spans go there from now on; answers how to send the rest. */
async function recordedSpans(name: string, config: object, log: Logger): Promise<() => Promise<void>> {
  if (!('OTEL_EXPORTER_OTLP_ENDPOINT' in config)) return async () => undefined;
  const { exportSpans } = await import('./telemetry.ts');
  return exportSpans(name, log);
}

async function drain(stop: () => Promise<void>, log: Logger, signal: string): Promise<void> {
  log.info({ signal }, 'draining');
  const ended = await Promise.race([stop().then(() => true), sleep(DRAIN_LIMIT_MS).then(() => false)]);
  if (!ended) log.error('still busy after 25 s, ending anyway');
  process.exit(ended ? 0 : 1);
}

function configOrExit<S extends TObject>(name: string, schema: S): Static<S> {
  try {
    return readConfig(schema, process.env);
  } catch (err) {
    process.stderr.write(`${name} cannot start:\n${(err as Error).message}\n`);
    process.exit(1);
  }
}
