import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '@crossdock/kernel';
import type { mongo } from 'mongoose';
import type { Bench } from '../bench.ts';
import { measureCpu } from '../cpu.ts';
import { figure, pooled } from '../figure.ts';
import type { Lab } from '../lab.ts';
import { webhookSink } from '../webhook-sink.ts';
import { webhookAudience } from './webhook-audience.ts';

const WAITING = 100_000;
const HOUR_MS = 3_600_000;
const BATCH = 10_000;
const WINDOW_MS = 20_000;
const DUE = 400;
/** The first is due in a while, the last so much later. */
const FIRST_MS = 2_000;
const OVER_MS = 8_000;

/** Idle, and in time, beside a hundred thousand deliveries whose time is hours away. */
export const scheduled: Bench = {
  about: `CPU with ${WAITING} deliveries due in hours, and how late ${DUE} of them are sent (goals §6, retry)`,
  env: { WEBHOOK_ALLOW: '127.0.0.0/8' },
  async run(lab, { rounds, log }) {
    const sink = await webhookSink();
    const audience = await webhookAudience(lab, sink, { name: 'later', connectors: 10, endpointsEach: 1 });
    const { deliveries } = audience;
    sink.clear();
    await audience.publish(audience.events(10));
    await sink.all(10);
    await audience.settled(10);
    const sent = await deliveries.find().toArray();
    const before = await idle(lab);
    log(`Storing ${WAITING} deliveries`);
    for (let at = 0; at < WAITING; at += BATCH) await deliveries.insertMany(waiting(sent, BATCH));
    const windows = [];
    const lateness: number[][] = [];
    for (let round = 1; round <= rounds; round += 1) {
      log(`round ${round} of ${rounds}`);
      windows.push(await idle(lab));
      lateness.push(await late());
    }
    await audience.close();
    await sink.stop();
    return [
      { title: 'Nothing scheduled', figures: [figure('dispatcher', '% of a core', [before.dispatcher])] },
      {
        title: `${WAITING} scheduled, ${rounds} × ${WINDOW_MS / 1_000} s`,
        figures: [
          figure(
            'dispatcher',
            '% of a core',
            windows.map(({ dispatcher }) => dispatcher),
            { atMost: 2 },
          ),
          figure(
            'mongod',
            '% of a core',
            windows.map(({ mongod }) => mongod),
          ),
        ],
      },
      {
        title: `${DUE} of them due within ${OVER_MS / 1_000} s`,
        figures: [pooled('late p50', 'ms', 50, lateness), pooled('late p99', 'ms', 99, lateness, { atMost: 250 })],
      },
    ];

    /** How long after its time each arrived, in ms. */
    async function late(): Promise<number[]> {
      const rows = waiting(sent, DUE);
      const [now, monotonic] = [Date.now(), performance.now()];
      const dueIn = rows.map((_, n) => FIRST_MS + (n * OVER_MS) / DUE);
      rows.forEach((row, n) => (row.nextAttemptAt = new Date(now + dueIn[n]!)));
      sink.clear();
      await deliveries.insertMany(rows);
      await sink.all(DUE);
      return Promise.all(rows.map(async ({ eventId }, n) => (await sink.first(eventId)) - monotonic - dueIn[n]!));
    }
  },
};

type Row = mongo.WithId<{ _id: string }> & { eventId: string; nextAttemptAt: Date };

/** As they stand after a first attempt that failed, due in two to six hours. */
const waiting = (sent: object[], count: number): Row[] =>
  Array.from({ length: count }, (_, n) => ({
    ...sent[n % sent.length],
    _id: newId(),
    eventId: newId(),
    status: 'pending',
    attemptCount: 1,
    holder: '',
    nextAttemptAt: new Date(Date.now() + 2 * HOUR_MS + (4 * HOUR_MS * n) / count),
  }));

async function idle({ services, storePids }: Lab): Promise<{ dispatcher: number | null; mongod: number | null }> {
  const used = measureCpu({ dispatcher: services()['webhook-dispatcher'].pid, mongod: storePids.mongod });
  await sleep(WINDOW_MS);
  const { dispatcher, mongod } = used();
  const percent = (us: number | null) => (us === null ? null : us / WINDOW_MS / 10);
  return { dispatcher: percent(dispatcher), mongod: percent(mongod) };
}
