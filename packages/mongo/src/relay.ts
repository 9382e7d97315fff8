import type { Event } from '@crossdock/contracts';
import { failpoint, isAppError, newId, outOfTrace, sleep, type Clock, type Logger, type Part } from '@crossdock/kernel';
import type { Model, mongo } from 'mongoose';
import { Registry } from 'prom-client';
import { OUTBOX_INDEX, type WithOutbox } from './outbox.ts';
import { outboxMetrics } from './outbox-metrics.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- models of any document with an outbox
type AnyModel = Model<any>;

export interface Relay extends Part {
  /**
   * Publishes what this document's outbox holds, now; call it after each write that put events in. Who has these at
   * hand spares reading them again: where the outbox holds just them, they are published as they are.
   */
  nudge(model: AnyModel, id: unknown, events?: Event[]): void;
}

export interface RelayOptions {
  models: AnyModel[];
  /** Resolves when the broker acknowledged all of them. */
  publish(events: Event[]): Promise<void>;
  log: Logger;
  clock: Clock;
  metrics?: Registry;
}

const BATCH = 500;
const LEASE_MS = 10_000;
const SWEEP_MS = 1_000;
/** Entries younger than this are the writer's own to nudge. */
const SWEEP_AGE_MS = 2_000;
const RETRY_MS = 500;
/** Kept of one document: where more wait, the broker is away, and they are read again. */
const MOST_GIVEN = 4;

type Rows = mongo.Collection;
type Row = WithOutbox & { _id: unknown };

/**
 * Moves events from outboxes to the broker: claim a document, publish in array order, pull by event id.
 * A crash between publish and pull publishes again under the same ids.
 */
export function createRelay({ models, publish, log, clock, metrics = new Registry() }: RelayOptions): Relay {
  const lanes = new Map(models.map((model) => [model, lane(model)]));
  let sweeping: Promise<void> | undefined;
  const stopping = new AbortController();
  outboxMetrics(models.map(collectionOf), clock, metrics);

  function lane(model: AnyModel) {
    /** By document, with the events that its writer gave. */
    const pending = new Map<unknown, Event[]>();
    let running: Promise<void> | undefined;

    async function drain(): Promise<void> {
      // Writers of one tick share a batch.
      await Promise.resolve();
      while (pending.size > 0 && !stopping.signal.aborted) {
        const ids = [...pending.keys()].slice(0, BATCH);
        const given = ids.length === 1 ? pending.get(ids[0])! : [];
        for (const id of ids) pending.delete(id);
        try {
          await relayBatch(collectionOf(model), ids, given);
        } catch (err) {
          log.warn({ err, collection: model.collection.name }, 'events wait in the outbox');
          for (const id of ids) note(id, []);
          await sleep(RETRY_MS, stopping.signal);
        }
      }
    }

    const note = (id: unknown, events: Event[]): void => {
      const given = [...(pending.get(id) ?? []), ...events];
      pending.set(id, given.length > MOST_GIVEN ? [] : given);
    };

    function add(ids: unknown[], events: Event[] = []): void {
      for (const id of ids) note(id, events);
      if (running !== undefined || pending.size === 0) return;
      running = outOfTrace(drain).finally(() => {
        running = undefined;
        if (!stopping.signal.aborted) add([]);
      });
    }

    return { add, idle: async () => running };
  }

  async function relayBatch(rows: Rows, ids: unknown[], given: Event[] = []): Promise<void> {
    const by = newId();
    const claimed = await claim(rows, ids, by, given);
    if (claimed.length === 0) return;
    await failpoint('relay.claimed');
    try {
      await publish(claimed.flatMap((row) => row.outbox));
    } catch (err) {
      await rows.updateMany({ _id: { $in: ids as never[] }, 'relay.by': by }, { $unset: { relay: 1 } });
      // One event too large for the broker must not hold up its neighbours.
      if (isAppError(err) && err.kind === 'too_large' && ids.length > 1) return relayOneByOne(rows, ids);
      throw err;
    }
    await failpoint('relay.published');
    await pull(rows, claimed, by);
  }

  async function relayOneByOne(rows: Rows, ids: unknown[]): Promise<void> {
    for (const id of ids) {
      await relayBatch(rows, [id]).catch((err: unknown) =>
        log.error({ err, id }, 'an event stays in its outbox: the broker cannot take it'),
      );
    }
  }

  async function claim(rows: Rows, ids: unknown[], by: string, given: Event[]): Promise<Row[]> {
    const now = clock();
    const free = { 'outbox.0': { $exists: true }, $or: [{ relay: null }, { 'relay.until': { $lt: now } }] };
    const $set = { relay: { by, until: new Date(now.getTime() + LEASE_MS) } };
    if (given.length > 0) {
      const each = Object.fromEntries(given.map((event, n) => [`outbox.${n}.id`, event.id]));
      const just = { ...each, outbox: { $size: given.length } };
      const { matchedCount } = await rows.updateOne({ _id: ids[0] as never, ...free, ...just }, { $set });
      if (matchedCount === 1) return [{ _id: ids[0], outbox: given }];
    }
    if (ids.length === 1) {
      // Acknowledged by the majority, and with it all that was there before.
      const row = await rows.findOneAndUpdate(
        { _id: ids[0] as never, ...free },
        { $set },
        { projection: { outbox: 1 }, returnDocument: 'after' },
      );
      return row === null ? [] : [row as unknown as Row];
    }
    const { matchedCount } = await rows.updateMany({ _id: { $in: ids as never[] }, ...free }, { $set });
    if (matchedCount === 0) return [];
    // Majority: what may still be rolled back is not told.
    const found = rows.find(
      { _id: { $in: ids as never[] }, 'relay.by': by },
      { projection: { outbox: 1 }, readConcern: { level: 'majority' } },
    );
    return (await found.toArray()) as unknown as Row[];
  }

  async function pull(rows: Rows, claimed: Row[], by: string): Promise<void> {
    const ids = claimed.map((row) => row._id) as never[];
    const told = claimed.flatMap((row) => row.outbox.map((event) => event.id));
    const $pull = { outbox: { id: { $in: told } } } as never;
    const mine = { _id: { $in: ids }, 'relay.by': by };
    const { matchedCount } = await rows.updateMany(mine, { $pull, $unset: { relay: 1 } });
    // The lease lapsed meanwhile: told all the same, so pulled, and the claim left to its new holder.
    if (matchedCount < claimed.length) await rows.updateMany({ _id: { $in: ids } }, { $pull });
  }

  async function sweep(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(SWEEP_MS, stopping.signal);
      for (const [model, { add }] of lanes) {
        try {
          add(await leftBehind(collectionOf(model)));
        } catch (err) {
          if (!stopping.signal.aborted) log.warn({ err, collection: model.collection.name }, 'the outbox sweep failed');
        }
      }
    }
  }

  async function leftBehind(rows: Rows): Promise<unknown[]> {
    const now = clock().getTime();
    const old = new Date(now - SWEEP_AGE_MS).toISOString();
    const found = rows.find(
      {
        'outbox.0': { $exists: true },
        'outbox.0.time': { $lt: old },
        $or: [{ relay: null }, { 'relay.until': { $lt: new Date(now) } }],
      },
      { projection: { _id: 1 }, hint: OUTBOX_INDEX, limit: BATCH },
    );
    return (await found.toArray()).map((row) => row._id);
  }

  return {
    name: 'outbox relay',
    async start() {
      sweeping = sweep();
    },
    async stop() {
      stopping.abort();
      await sweeping;
      await Promise.all([...lanes.values()].map((each) => each.idle()));
    },
    nudge(model, id, events) {
      const known = lanes.get(model);
      if (known === undefined) throw new TypeError(`the relay does not know the model ${model.modelName}`);
      known.add([id], events);
    },
  };
}

const collectionOf = (model: AnyModel): Rows => model.collection as unknown as Rows;
