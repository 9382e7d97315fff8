import type { Logger } from '@crossdock/kernel';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Admission, Gate } from './gate.ts';
import type { HealthWatch } from './health.ts';
import type { Holder } from './holder.ts';
import type { Held, Lane } from './lane.ts';

export interface AskingDeps {
  holder: Holder;
  gate: Gate;
  watch: HealthWatch;
  log: Logger;
  /** Calls; `probe` says until when it is the only call. */
  start: (lane: Lane, endpoint: Endpoint, held: Held, probe: Date) => void;
  free: (lane: Lane, places: number) => void;
  /** The lane may be looked at again. */
  go: (lane: Lane) => void;
  /** This one waits no longer. */
  unmark: (held: Held) => void;
}

/** Reads the endpoint of a lane again; one that may not be called gets nothing more. A failure is tried again at the next beat. */
export function createAsking({ holder, gate, watch, log, start, free, go, unmark }: AskingDeps) {
  async function ask(lane: Lane): Promise<void> {
    if (lane.asking) return;
    lane.asking = true;
    try {
      let admission = await gate.admit(lane.id);
      Object.assign(lane, { endpoint: admission.endpoint, readAt: performance.now() });
      if (admission.may === 'wait' || admission.may === 'probe') watch.rests(lane.id);
      if (admission.may === 'probe' && !probe(lane, admission)) admission = await gate.giveBack(admission);
      if (admission.may !== 'call') await turnAway(lane, admission);
    } catch (err) {
      log.warn({ err, endpoint: lane.id }, 'the endpoint could not be read');
      return;
    } finally {
      lane.asking = false;
    }
    go(lane);
  }

  /** False when nothing waits that is still ours. */
  function probe(lane: Lane, { endpoint, until }: Extract<Admission, { may: 'probe' }>): boolean {
    const name = holder.current();
    const at = lane.waiting.findIndex((held) => held.holder === name);
    const [held] = at < 0 ? [] : lane.waiting.splice(at, 1);
    if (held === undefined) return false;
    unmark(held);
    start(lane, endpoint, held, until);
    return true;
  }

  async function turnAway(lane: Lane, admission: Admission): Promise<void> {
    const turned = lane.waiting.splice(0);
    turned.forEach(unmark);
    try {
      await gate.turnAway(lane.id, admission, turned, holder.current());
    } catch (err) {
      lane.waiting.unshift(...turned);
      throw err;
    }
    lane.behind = false;
    free(lane, turned.length);
  }

  return ask;
}
