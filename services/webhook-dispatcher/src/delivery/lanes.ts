import { type Clock, type Logger, sleep } from '@crossdock/kernel';
import type { Attempt } from '../domain/attempt.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { EndpointHealth } from '../store/endpoint-health.ts';
import { createAsking } from './asking.ts';
import { type CallOutcome, judgeCall, UNJUDGED } from './call-outcome.ts';
import type { Gate } from './gate.ts';
import type { HealthWatch } from './health.ts';
import type { Holder } from './holder.ts';
import { callable, type Held, isFresh, type Lane, newLane } from './lane.ts';
import { createPace } from './pace.ts';
import type { Sender } from './sender.ts';
import type { Settler } from './settler.ts';
import { createTurns } from './turns.ts';
import { youngOnes } from './young.ts';

const IN_FLIGHT = 10;
/** In hand of one endpoint, with those in flight: the rest stays in the store. */
export const IN_HAND = 50;
const DRAIN_MS = 10_000;
/** What waits longer waits for a receiver, and is no reason to take in less. */
const FRESH_MS = 250;

export interface LaneDeps {
  holder: Holder;
  send: Sender;
  /** Each call that counts. */
  onAttempt: (attempt: Attempt, delivery: Delivery) => void;
  settler: Settler;
  gate: Gate;
  watch: HealthWatch;
  health: EndpointHealth;
  /** The lane has room and there is more in the store. */
  refill: (endpointId: string) => void;
  clock: Clock;
  log: Logger;
}

/** A lane per endpoint with places of its own: an endpoint that hangs fills its lane and nobody else's. */
export function createLanes(deps: LaneDeps) {
  const { holder, send, onAttempt, settler, gate, watch, health, refill, clock, log } = deps;
  const lanes = new Map<string, Lane>();
  const calls = new Set<Promise<void>>();
  const turns = createTurns(beginNext);
  const pump = turns.ask;
  const paced = createPace({ health, clock, log, go: pump });
  const fresh = youngOnes<null>(FRESH_MS);
  const ask = createAsking({ holder, gate, watch, log, start, free, go: pump, unmark });
  let stopping = false;

  function laneOf(id: string): Lane {
    const known = lanes.get(id);
    if (known !== undefined) return known;
    const lane = newLane(id);
    lanes.set(id, lane);
    return lane;
  }

  /** False when it has no call to make, or may not make one now. */
  function beginNext(lane: Lane): boolean {
    if (lane.inFlight >= IN_FLIGHT || lane.waiting.length === 0 || stopping) return false;
    const name = holder.current();
    if (name === null) return false;
    if (!isFresh(lane) || !callable(lane.endpoint)) {
      void ask(lane);
      return false;
    }
    const { throttle } = lane.endpoint;
    if (throttle !== null && !paced(lane, throttle)) return false;
    const held = lane.waiting.shift();
    if (held?.holder === name) start(lane, lane.endpoint, held);
    else free(lane, 1);
    if (held !== undefined) unmark(held);
    return true;
  }

  function unmark({ mark }: Held): void {
    fresh.end(mark);
  }

  /** `probe` says until when the call is the only one. */
  function start(lane: Lane, endpoint: Endpoint, { delivery, holder: name }: Held, probe: Date | null = null): void {
    lane.inFlight += 1;
    const turn = turns.begun(lane);
    const call = send(delivery, endpoint).then((attempt) => {
      calls.delete(call);
      lane.inFlight -= 1;
      turns.answered(turn);
      // Cut off by our own end: no attempt is counted, whoever comes next makes it.
      if (stopping && attempt.blame === 'ours') return turns.sent();
      // Ours no longer: whoever has it now judges by calls of its own.
      const isOurs = holder.current() === name;
      const outcome = isOurs ? judgeCall(watch, { endpoint, delivery, attempt, probe }) : UNJUDGED;
      onAttempt(attempt, delivery);
      settler.settle({
        endpointId: lane.id,
        holder: name,
        attempt,
        sent: turns.sent,
        done: () => free(lane, 1),
      });
      follow(lane, endpoint, outcome);
      pump(lane);
    });
    calls.add(call);
  }

  /** After what the call said of its endpoint the next one waits until that is written, and reads it. */
  function follow(lane: Lane, endpoint: Endpoint, { change, stands }: CallOutcome): void {
    if (change === null) return;
    lane.endpoint = { ...endpoint, ...change };
    if (stands === null) return;
    lane.asking = true;
    void stands.finally(() => {
      lane.asking = false;
      lane.readAt = -Infinity;
      pump(lane);
    });
  }

  function free(lane: Lane, places: number): void {
    lane.taken -= places;
    if (lane.behind && lane.taken <= IN_HAND / 2) refill(lane.id);
    else if (lane.taken === 0 && !lane.behind) lanes.delete(lane.id);
  }

  return {
    /** How many of `places` this endpoint has room for; they are taken. The others of it stay behind in the store. */
    reserve(endpointId: string, places: number): number {
      const lane = laneOf(endpointId);
      const granted = Math.max(0, Math.min(places, IN_HAND - lane.taken));
      lane.taken += granted;
      lane.behind ||= granted < places;
      return granted;
    },

    giveBack: (endpointId: string, places: number): void => free(laneOf(endpointId), places),

    /** The store has nothing more for it. */
    caughtUp(endpointId: string): void {
      laneOf(endpointId).behind = false;
    },

    /** Which of these must be read before they can be called. */
    unknown: (endpointIds: string[]): string[] => endpointIds.filter((id) => !isFresh(lanes.get(id))),

    /** Just read from the store. */
    know(endpoint: Endpoint): void {
      Object.assign(laneOf(endpoint.id), { endpoint, readAt: performance.now() });
    },

    inFlight: (): number => calls.size,

    /** How many wait since a moment ago. */
    waiting: (): number => fresh.count(),

    /** Into a reserved place. */
    enqueue(delivery: Delivery, name: string): void {
      const lane = laneOf(delivery.endpointId);
      lane.waiting.push({ delivery, holder: name, mark: fresh.begin(null) });
      pump(lane);
    },

    /** What waited for a sure lease, a readable endpoint or room goes on. */
    beat(): void {
      for (const lane of lanes.values()) {
        pump(lane);
        if (lane.behind && lane.taken <= IN_HAND / 2) refill(lane.id);
      }
    },

    /** Sends nothing more; calls under way have a while to end, then `cut` ends them. */
    async stop(cut: () => void): Promise<void> {
      stopping = true;
      for (const lane of lanes.values()) clearTimeout(lane.timer);
      const ended = new AbortController();
      const drained = Promise.all(calls).then(() => ended.abort());
      await sleep(DRAIN_MS, ended.signal);
      cut();
      await drained;
      await watch.idle();
    },
  };
}

export type Lanes = ReturnType<typeof createLanes>;
