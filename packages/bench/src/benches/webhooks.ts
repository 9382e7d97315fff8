import { until } from '@crossdock/stack/until';
import { atConstantRate } from '../arrivals.ts';
import { startBare } from '../bare-process.ts';
import type { Bench } from '../bench.ts';
import { costOf, type CostSample } from '../cost.ts';
import { measureCpu } from '../cpu.ts';
import { figure } from '../figure.ts';
import { healthOf, readDelays } from '../health.ts';
import { kafkaClient, makeTopic } from '../kafka-client.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';
import { type WebhookSink, webhookSink } from '../webhook-sink.ts';
import { type WebhookAudience, webhookAudience } from './webhook-audience.ts';

const ENDPOINTS = 50;
const DELIVERIES = 6_000;
const AT_ONCE = 500;
const PER_SECOND = 300;
const PACED = 1_200;

/** P12: from the event in Kafka to the delivery known as delivered, beside a bare loop. */
export const webhooks: Bench = {
  about: `${DELIVERIES} events of 1 kB to ${ENDPOINTS} endpoints, saturated, then ${PER_SECOND}/s, beside a bare loop (P12)`,
  env: { WEBHOOK_ALLOW: '127.0.0.0/8' },
  async run(lab, { rounds, log }) {
    const sink = await webhookSink();
    log(`Connecting ${ENDPOINTS} shops, an endpoint each`);
    const audience = await webhookAudience(lab, sink, { name: 'hooks', connectors: ENDPOINTS, endpointsEach: 1 });
    const bare = await bareSubject(lab, sink, audience);
    const product = productSubject(lab, sink, audience);
    await readDelays(lab);
    const samples = await interleave({ bare: bare.measure, product: product.measure }, rounds, log);
    const health = healthOf(lab, [await readDelays(lab)]);
    await bare.close();
    await audience.close();
    await sink.stop();
    return [
      costOf({ title: 'Bare loop', unit: 'delivery', own: ['bare'], samples: samples.bare }),
      costOf({
        title: 'Dispatcher (P12)',
        unit: 'delivery',
        own: ['dispatcher'],
        samples: samples.product,
        beside: { own: ['bare'], samples: samples.bare },
        goals: {
          oursRatio: { atMost: 2.5 },
          allRatio: { atMost: 2.2 },
          perSecond: { atLeast: 4_000 },
          p50: { atMost: 4 },
          p99: { atMost: 15 },
        },
      }),
      {
        title: 'Connections',
        figures: [
          figure(
            'requests on a connection used before',
            '%',
            samples.product.map(({ reuse }) => reuse),
            { atLeast: 98 },
          ),
        ],
      },
      ...health,
    ];
  },
};

interface Told {
  publish(events: ReturnType<WebhookAudience['events']>): Promise<unknown>;
  /** Resolves when so many deliveries of this round stand as delivered. */
  settled(count: number): Promise<unknown>;
  clear(): Promise<unknown>;
}

/** Everything is measured until the last write; the latency is that from when an event was due to be told to its arrival. */
async function measured(
  sink: WebhookSink,
  { events }: Pick<WebhookAudience, 'events'>,
  pids: Record<string, number | null>,
  told: Told,
): Promise<CostSample & { reuse: number }> {
  const burst = events(DELIVERIES);
  sink.clear();
  const used = measureCpu(pids);
  const begun = performance.now();
  for (let at = 0; at < DELIVERIES; at += AT_ONCE) await told.publish(burst.slice(at, at + AT_ONCE));
  await sink.all(DELIVERIES);
  const seconds = (performance.now() - begun) / 1_000;
  await told.settled(DELIVERIES);
  const cpu = used();
  const paced = events(PACED);
  const latencies = await atConstantRate(PER_SECOND, PACED, async (n) => {
    await told.publish([paced[n]!]);
    return sink.first(paced[n]!.id);
  });
  await told.settled(DELIVERIES + PACED);
  const reuse = sink.reuse();
  await told.clear();
  return { units: DELIVERIES, seconds, cpu, latencies, reuse };
}

function productSubject({ services, storePids }: Lab, sink: WebhookSink, audience: WebhookAudience) {
  const pids = { dispatcher: services()['webhook-dispatcher'].pid, ...storePids };
  return { measure: () => measured(sink, audience, pids, audience) };
}

async function bareSubject(lab: Lab, sink: WebhookSink, audience: WebhookAudience) {
  const { mongo, mongodb, brokers, prefix, storePids } = lab;
  const [database, topic] = [`${prefix}bare`, `${prefix}bare-webhooks`];
  const kafka = kafkaClient(brokers);
  await makeTopic(kafka, topic);
  const loop = await startBare('webhooks', [mongodb, database, brokers.join(','), topic, sink.url]);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const [deliveries, attempts] = ['deliveries', 'attempts'].map((name) => mongo.db(database).collection(name));
  const told: Told = {
    publish: (events) =>
      producer.send({
        topic,
        messages: events.map(({ id, key, data }) => ({
          key,
          value: JSON.stringify({ id, data }),
          headers: { ce_id: id },
        })),
      }),
    settled: (count) =>
      until(async () => (await attempts!.estimatedDocumentCount()) >= count, { everyMs: 50, what: 'the bare loop' }),
    clear: () => Promise.all([deliveries!.deleteMany({}), attempts!.deleteMany({})]),
  };
  return {
    measure: () => measured(sink, audience, { bare: loop.pid, ...storePids }, told),
    async close() {
      await producer.disconnect();
      await loop.stop();
    },
  };
}
