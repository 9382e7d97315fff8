import type { Event } from '@crossdock/contracts';
import { newId } from '@crossdock/kernel';
import type { Bug } from './play.ts';

/** Mistakes that a checker worth its name catches, by what is done wrong. */
export const PLANTED: Record<string, Bug> = {
  'a checkpoint is not filtered by the holder': {
    over: (run) => ({
      claims: {
        ...run.claims,
        checkpoint: async (hold, at, events) => {
          await run.tasks.model.updateOne({ _id: hold.id }, { $set: at, $push: { outbox: { $each: events } } });
          return { mark: null, outboxSize: 0 };
        },
      },
    }),
  },
  'the fence is not raised at a takeover': {
    over: (run) => ({
      streams: {
        ...run.streams,
        fence: async (stream, lapsed) => {
          const at = await run.streams.fence(stream, lapsed);
          await run.streams.model.updateOne({ _id: stream }, { $set: { fence: 1 } });
          return { ...at, fence: 1 };
        },
      },
    }),
  },
  'what a dead holder wrote is taken for told': {
    over: (run) => ({
      streams: {
        ...run.streams,
        fence: async (stream) => ({ ...(await run.streams.fence(stream, null)), lapsed: [] }),
      },
    }),
  },
  'a page left half written is taken for told': {
    over: (run) => ({
      claims: {
        ...run.claims,
        breakDown: (hold, until) => run.claims.wait(hold, { reason: null, notBefore: until, tries: 0 }),
      },
    }),
  },
  'the checkpoint comes before the rows': {
    over: (run) => {
      const late: (() => Promise<unknown>)[] = [];
      return {
        records: {
          ...run.records,
          write: async (...args) => {
            late.push(() => run.records.write(...args));
            return { lost: false, collided: [] };
          },
        },
        claims: {
          ...run.claims,
          checkpoint: async (...args) => {
            const kept = await run.claims.checkpoint(...args);
            // The worker that dies here has told what it never wrote.
            if (Math.random() < 0.5) for (const write of late.splice(0)) await write();
            else late.length = 0;
            return kept;
          },
        },
      };
    },
  },
  'a task ends in spite of an order to cancel': {
    over: (run) => ({
      claims: {
        ...run.claims,
        end: async (hold, end, events) => {
          await run.tasks.model.updateOne(
            { _id: hold.id },
            { $set: { ...end, claimId: null, leaseUntil: null }, $push: { outbox: { $each: events } } },
          );
          return true;
        },
      },
    }),
  },
  'a page is not remembered': {
    over: (run) => ({ pages: { ...run.pages, write: async () => true } }),
  },
  'the cursor moves although the sync failed': {
    over: (run) => ({
      streams: {
        ...run.streams,
        fence: async (stream, lapsed) => {
          const at = await run.streams.fence(stream, lapsed);
          await run.streams.complete(stream, { cursor: run.clock(), settledBefore: null });
          return at;
        },
      },
    }),
  },
  'rows are written whoever met them since': {
    over: (run) => ({
      records: {
        ...run.records,
        known: async (...args) => {
          const known = await run.records.known(...args);
          return new Map([...known].map(([id, row]) => [id, { ...row, guard: 0 }]));
        },
        write: async (writes, writer) => {
          await run.records.model.updateMany({ connectorId: writer.connectorId }, { $set: { guard: 0 } });
          return run.records.write(writes, writer);
        },
      },
    }),
  },
  'events are published twice under new ids': {
    publish: (events) => [...events, ...events.map((event) => ({ ...event, id: newId() }))],
  },
  'an event is taken for published that was not': {
    publish: (events: Event[]) => events.filter(() => Math.random() > 0.1),
  },
  'rows gone at the platform are never removed': {
    over: (run) => ({ records: { ...run.records, idsAfter: async () => [] } }),
  },
  'a version is used twice': {
    over: (run) => ({
      records: {
        ...run.records,
        write: (writes, writer) =>
          run.records.write(
            writes.map((write) => ({ ...write, version: Math.min(write.version, 2) })),
            writer,
          ),
      },
    }),
  },
  'a deleted row comes back without a word': {
    over: (run) => ({
      claims: {
        ...run.claims,
        checkpoint: (hold, at, events) => run.claims.checkpoint(hold, at, events.map(withoutRevivals)),
      },
    }),
  },
};

function withoutRevivals(event: Event): Event {
  const data = event.data as { changes: { op: string; version: number }[] };
  const changes = data.changes.filter(({ op, version }) => op !== 'created' || version === 1);
  return { ...event, data: { ...data, changes } };
}
