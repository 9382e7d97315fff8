import { isAppError, type Logger, type Part, sleep } from '@crossdock/kernel';
import type { Registry } from 'prom-client';
import { createMetrics } from './metrics.ts';
import { opsServer, type Readiness } from './ops-server.ts';

const START_LIMIT_MS = 30_000;
const RETRY_FIRST_MS = 200;
const RETRY_LONGEST_MS = 2_000;
const CHECK_LIMIT_MS = 1_000;

export interface ServiceOptions {
  name: string;
  log: Logger;
  host: string;
  opsPort: number;
  /** Started in this order, stopped in reverse. A `start` that threw is called again. */
  parts: Part[];
  metrics?: Registry;
}

export interface Service {
  readonly name: string;
  /** Where the ops port listens, once started. */
  readonly opsAddress: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

type PartState = { part: Part; running: boolean; reason: string };

/** Parts with one life: the ops port first, so that it can name whatever is still missing. */
export function createService({
  name,
  log,
  host,
  opsPort,
  parts,
  metrics = createMetrics(name),
}: ServiceOptions): Service {
  const stopping = new AbortController();
  const states: PartState[] = parts.map((part) => ({ part, running: false, reason: 'not started' }));
  const ops = opsServer({ host, port: opsPort, metrics, readiness });
  let starting: Promise<void> | undefined;

  async function readiness(): Promise<Readiness> {
    const reasons = await Promise.all(states.map(async (state) => [state.part.name, await reasonOf(state)] as const));
    const waiting = Object.fromEntries(reasons.flatMap(([part, reason]) => (reason === null ? [] : [[part, reason]])));
    if (stopping.signal.aborted) waiting[name] = 'draining';
    return { ready: Object.keys(waiting).length === 0, waiting };
  }

  async function startPart(state: PartState, deadline: number): Promise<void> {
    for (let delay = RETRY_FIRST_MS; !stopping.signal.aborted; delay = Math.min(delay * 2, RETRY_LONGEST_MS)) {
      try {
        await state.part.start();
        state.running = true;
        return;
      } catch (err) {
        state.reason = textOf(err);
        if (isFinal(err) || Date.now() + delay > deadline) {
          throw new Error(`${name}: ${state.part.name} did not start: ${state.reason}`, { cause: err });
        }
        log.warn({ part: state.part.name, reason: state.reason }, 'part not up yet, trying again');
        await sleep(delay, stopping.signal);
      }
    }
  }

  async function startAll(): Promise<void> {
    await ops.start();
    const deadline = Date.now() + START_LIMIT_MS;
    for (const state of states) await startPart(state, deadline);
    if (!stopping.signal.aborted) log.info({ ops: ops.address() }, 'started');
  }

  return {
    name,
    get opsAddress() {
      return ops.address();
    },
    start: () => (starting ??= startAll()),
    async stop() {
      stopping.abort();
      await starting?.catch(() => undefined);
      for (const state of states.toReversed()) {
        if (!state.running) continue;
        state.running = false;
        state.reason = 'stopped';
        await state.part
          .stop()
          .catch((err: unknown) => log.error({ err, part: state.part.name }, 'part did not stop cleanly'));
      }
      await ops.stop();
    },
  };
}

async function reasonOf({ part, running, reason }: PartState): Promise<string | null> {
  if (!running) return reason;
  if (part.check === undefined) return null;
  const tooLong = new AbortController();
  try {
    return await Promise.race([part.check(), sleep(CHECK_LIMIT_MS, tooLong.signal).then(() => 'does not answer')]);
  } catch (err) {
    return textOf(err);
  } finally {
    tooLong.abort();
  }
}

const textOf = (err: unknown): string => (Error.isError(err) ? err.message : String(err));

/** A store may come up later; a taken port, a bug or a refusal of our own will not go away. */
const isFinal = (err: unknown): boolean =>
  err instanceof TypeError ||
  (isAppError(err) && err.kind !== 'unavailable') ||
  ['EADDRINUSE', 'EACCES'].includes(String((err as { code?: unknown } | null)?.code));
