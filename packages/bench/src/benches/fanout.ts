import type { Bench } from '../bench.ts';
import { measureCpu, sumOf } from '../cpu.ts';
import { figure } from '../figure.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';
import { type WebhookSink, webhookSink } from '../webhook-sink.ts';
import { type WebhookAudience, webhookAudience } from './webhook-audience.ts';

const EVENTS = 50;
const ENDPOINTS = 20;
const DELIVERIES = EVENTS * ENDPOINTS;

/** P14: what many endpoints of one connector cost, beside as many events to one endpoint each. */
export const fanout: Bench = {
  about: `${EVENTS} events at once to ${ENDPOINTS} endpoints each, beside ${DELIVERIES} events to one each (P14)`,
  env: { WEBHOOK_ALLOW: '127.0.0.0/8' },
  async run(lab, { rounds, log }) {
    const sink = await webhookSink();
    log(`Connecting ${EVENTS + 1} shops`);
    const many = await webhookAudience(lab, sink, { name: 'fan', connectors: 1, endpointsEach: ENDPOINTS });
    const single = await webhookAudience(lab, sink, { name: 'single', connectors: EVENTS, endpointsEach: 1 });
    const samples = await interleave(
      { many: () => measured(lab, sink, many, EVENTS), single: () => measured(lab, sink, single, DELIVERIES) },
      rounds,
      log,
    );
    await many.close();
    await single.close();
    await sink.stop();
    const of = (name: 'many' | 'single', part: 'begun' | 'dispatcher' | 'all') =>
      samples[name].map((sample) => sample[part]);
    const ratio = samples.many.map(({ all }, round) => {
      const alone = samples.single[round]!.all;
      return all === null || alone === null ? null : all / alone;
    });
    return [
      {
        title: `${EVENTS} events to ${ENDPOINTS} endpoints each (P14)`,
        figures: [
          figure('all begun, from the publish', 'ms', of('many', 'begun'), { atMost: 1_000 }),
          figure('dispatcher', 'µs/delivery', of('many', 'dispatcher')),
          figure('all', 'µs/delivery', of('many', 'all')),
          figure('all, against single ones', '×', ratio, { atMost: 1.1 }),
        ],
      },
      {
        title: `${DELIVERIES} events to one endpoint each`,
        figures: [
          figure('all begun, from the publish', 'ms', of('single', 'begun')),
          figure('dispatcher', 'µs/delivery', of('single', 'dispatcher')),
          figure('all', 'µs/delivery', of('single', 'all')),
        ],
      },
    ];
  },
};

interface Sample {
  begun: number;
  dispatcher: number | null;
  all: number | null;
}

async function measured(
  { services, storePids }: Lab,
  sink: WebhookSink,
  audience: WebhookAudience,
  count: number,
): Promise<Sample> {
  const events = audience.events(count);
  sink.clear();
  const used = measureCpu({ dispatcher: services()['webhook-dispatcher'].pid, ...storePids });
  const published = performance.now();
  await audience.publish(events);
  await sink.all(DELIVERIES);
  const begun = Math.max(...sink.times()) - published;
  await audience.settled(DELIVERIES);
  const cpu = used();
  await audience.clear();
  const each = (total: number | null) => (total === null ? null : total / DELIVERIES);
  return {
    begun,
    dispatcher: each(cpu['dispatcher']),
    all: each(sumOf([cpu['dispatcher'], cpu['mongod'], cpu['kafka']])),
  };
}
