import type { Event, EventDefinition } from '@crossdock/contracts';

/** What a service does with one kind of event. Returning commits; throwing retries, then dead-letters. */
export interface Handler {
  definition: EventDefinition;
  /** How many events one call takes at most. */
  batch: number;
  handle(events: Event[]): Promise<void>;
}

const MAX_BATCH = 500;

/** One event at a time, in the order of its partition. */
export const on = <D>(definition: EventDefinition<D>, handle: (event: Event<D>) => Promise<void>): Handler => ({
  definition,
  batch: 1,
  handle: ([event]) => handle(event as Event<D>),
});

/** Up to 500 events of one partition at a time, in order. When a batch throws, its events come again one by one. */
export const onBatch = <D>(definition: EventDefinition<D>, handle: (events: Event<D>[]) => Promise<void>): Handler => ({
  definition,
  batch: MAX_BATCH,
  handle: (events) => handle(events as Event<D>[]),
});
