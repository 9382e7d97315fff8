import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordsChanged, type Event } from '@crossdock/contracts';
import { AppError, newId, systemClock, type Logger } from '@crossdock/kernel';
import { stores, testNames, until } from '@crossdock/testing';
import { Schema } from 'mongoose';
import { Registry } from 'prom-client';
import { connectMongo, createRelay, migrations, outbox, type Mongo, type WithOutbox } from '../src/index.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

interface Thing extends WithOutbox {
  _id: string;
  state: string;
}

const event = (page: number): Event =>
  recordsChanged.create({
    tenantId: 't',
    source: 'test',
    data: { connector_id: 'c', platform: 'tmall', entity: 'products', task_id: 't', page, changes: [] },
  });

let mongo: Mongo;
const things = () => mongo.connection.model<Thing>('Thing');

beforeAll(async () => {
  mongo = connectMongo({ uri: stores().mongodb, database: testNames().database, log: silent });
  const schema = new Schema<Thing>({ _id: String, state: String });
  schema.plugin(outbox);
  mongo.connection.model<Thing>('Thing', schema);
  await mongo.start();
  await migrations({ mongo, models: [things()], log: silent }).start();
});

afterAll(async () => {
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

function relayTo(publish: (events: Event[]) => Promise<void>, clock = systemClock) {
  return createRelay({ models: [things()], publish, log: silent, clock });
}

describe('the outbox relay', () => {
  test('publishes in array order and empties the outbox when the broker acknowledged', async () => {
    const sent: Event[] = [];
    const relay = relayTo(async (events) => void sent.push(...events));
    const id = newId();
    const events = [event(1), event(2), event(3)];
    await things().create({ _id: id, state: 'new', outbox: events });
    relay.nudge(things(), id);
    await until(async () => (await things().findById(id).lean())?.outbox.length === 0);
    expect(sent).toEqual(events);
    await relay.stop();
  });

  test('events that the writer gave are published as they are, once, and leave the outbox', async () => {
    const sent: Event[] = [];
    const relay = relayTo(async (events) => void sent.push(...events));
    const id = newId();
    const [first, second] = [event(1), event(2)];
    await things().create({ _id: id, state: 'new', outbox: [first, second] });
    relay.nudge(things(), id, [first]);
    relay.nudge(things(), id, [second]);
    await until(async () => (await things().findById(id).lean())?.outbox.length === 0);
    expect(sent).toEqual([first, second]);
    expect(sent[0]).toBe(first);
    await relay.stop();
  });

  test.each<[string, (ours: Event, other: Event) => [stored: Event[], given: Event[]]]>([
    ['holds others too', (ours, other) => [[other, ours], [ours]]],
    ['holds others instead', (ours, other) => [[other], [ours]]],
    [
      'holds them in another order',
      (ours, other) => [
        [other, ours],
        [ours, other],
      ],
    ],
  ])('what the outbox holds is told, not what was given, when it %s', async (_case, made) => {
    const sent: Event[] = [];
    const relay = relayTo(async (events) => void sent.push(...events));
    const id = newId();
    const [stored, given] = made(event(1), event(2));
    await things().create({ _id: id, state: 'new', outbox: stored });
    relay.nudge(things(), id, given);
    await until(async () => (await things().findById(id).lean())?.outbox.length === 0);
    expect(sent).toEqual(stored);
    await relay.stop();
  });

  test('how many events wait, and for how long, is told when somebody asks', async () => {
    const metrics = new Registry();
    createRelay({ models: [things()], publish: async () => undefined, log: silent, clock: systemClock, metrics });
    const left = { ...event(1), time: new Date(Date.now() - 60_000).toISOString() };
    await things().create({ _id: newId(), state: 'new', outbox: [left, event(2)] });
    const told = await metrics.metrics();
    expect(told).toContain('crossdock_outbox_entries{collection="things"} 2\n');
    expect(told).toMatch(/crossdock_outbox_oldest_age_seconds\{collection="things"\} 6\d(\.\d+)?\n/);
    await things().deleteMany({});
  });

  test('an event whose writer died between commit and publish is told by the sweep of another process', async () => {
    const sent: Event[] = [];
    const id = newId();
    const left = { ...event(1), time: new Date(Date.now() - 5_000).toISOString() };
    await things().create({ _id: id, state: 'new', outbox: [left] });
    const relay = relayTo(async (events) => void sent.push(...events));
    await relay.start();
    await until(() => sent.length === 1);
    expect(sent).toEqual([left]);
    await relay.stop();
  });

  test('a crash between publish and pull tells the event again under the same id', async () => {
    const told: Event[] = [];
    const id = newId();
    const left = { ...event(1), time: new Date(Date.now() - 5_000).toISOString() };
    // What a publisher that died after the broker's answer leaves behind: its claim, lapsed, and the entry.
    await things().create({
      _id: id,
      state: 'new',
      outbox: [left],
      relay: { by: 'dead', until: new Date(Date.now() - 1) },
    });
    told.push(left);
    const relay = relayTo(async (events) => void told.push(...events));
    await relay.start();
    await until(() => told.length === 2);
    expect(told[1]?.id).toBe(left.id);
    await relay.stop();
  });

  test('a broker that refuses loses nothing: the events follow when it is back', async () => {
    const sent: Event[] = [];
    let refusals = 2;
    const relay = relayTo(async (events) => {
      if (refusals-- > 0) throw new Error('broker away');
      sent.push(...events);
    });
    const id = newId();
    await things().create({ _id: id, state: 'new', outbox: [event(1)] });
    relay.nudge(things(), id);
    await until(() => sent.length === 1);
    await relay.stop();
  });

  test('an event too large for the broker stays, and holds up no other document', async () => {
    const [huge, fine] = [newId(), newId()];
    const [stuck, told] = [event(1), event(2)];
    await things().create({ _id: huge, state: 'new', outbox: [stuck] }, { _id: fine, state: 'new', outbox: [told] });
    const sent: Event[] = [];
    const relay = relayTo(async (events) => {
      if (events.some(({ id }) => id === stuck.id)) throw new AppError('too_large', 'KAFKA', 'too large');
      sent.push(...events);
    });
    relay.nudge(things(), huge);
    relay.nudge(things(), fine);
    await until(() => sent.length === 1);
    expect(sent).toEqual([told]);
    expect((await things().findById(huge).lean())?.outbox).toEqual([stuck]);
    await relay.stop();
    await things().deleteOne({ _id: huge });
  });

  test('while one process publishes a document another one leaves it alone', async () => {
    const id = newId();
    await things().create({ _id: id, state: 'new', outbox: [event(1)] });
    const gate = Promise.withResolvers<void>();
    let entered = false;
    const first = relayTo(async () => {
      entered = true;
      await gate.promise;
    });
    const second: Event[] = [];
    const other = relayTo(async (events) => void second.push(...events));
    first.nudge(things(), id);
    await until(() => entered);
    other.nudge(things(), id);
    await other.stop();
    expect(second).toEqual([]);
    gate.resolve();
    await until(async () => (await things().findById(id).lean())?.outbox.length === 0);
    await first.stop();
  });

  test('an entry written while its document is being published is told next', async () => {
    const id = newId();
    await things().create({ _id: id, state: 'new', outbox: [event(1)] });
    const gate = Promise.withResolvers<void>();
    const sent: Event[] = [];
    const relay = relayTo(async (events) => {
      sent.push(...events);
      await gate.promise;
    });
    relay.nudge(things(), id);
    await until(() => sent.length === 1);
    const late = event(2);
    await things().updateOne({ _id: id }, { $push: { outbox: late } });
    relay.nudge(things(), id);
    gate.resolve();
    await until(() => sent.length === 2);
    expect(sent[1]).toEqual(late);
    await relay.stop();
  });
});
