import { setTimeout as sleep } from 'node:timers/promises';
import { relayChain, type Chain, type RecordedCall } from '../../baseline/relay-chain.ts';
import { atConstantRate } from '../arrivals.ts';
import type { Bench } from '../bench.ts';
import { figure, percentile, pooled, type FigureGroup } from '../figure.ts';
import { healthOf, readDelays } from '../health.ts';
import { kafkaClient, makeTopic } from '../kafka-client.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';
import { isSigned } from '../webhook-arrivals.ts';

const SHOPS = 10;
const PRODUCTS = 10;
/** Rows changed between two syncs of a shop. */
const CHANGED = 2;
/** A shop's turn comes every 2.5 s: after the two that a walk stays behind the present. */
const PER_SECOND = 4;
const RUNS_A_ROUND = 40;
/** One after the other, before anything is measured: until then the code of both is still being compiled. */
const WARM_UP_RUNS = 300;
const SECRET = 'bare-secret';
/** Sync, statistics and offsets of a round are over. */
const QUIET_MS = 1_000;

/** P15: from the request to the signed webhook, beside the same chain without a framework. */
export const e2e: Bench = {
  about: 'request → signed webhook: a full sync of 10 rows, 2 of them changed, at 4 requests/s (P15)',
  env: { PLATFORM_CALLS_PER_SECOND: '100000' },
  async run(lab, { rounds, log }) {
    const product = await productSubject(lab);
    const chain = await bareSubject(lab, await product.recordedCalls());
    log(`Warming up: ${WARM_UP_RUNS} runs of each`);
    for (let n = 0; n < WARM_UP_RUNS; n += 1) await product.run(n);
    for (let n = 0; n < WARM_UP_RUNS; n += 1) await chain.run();
    const delays: Awaited<ReturnType<typeof readDelays>>[] = [];
    const samples = await interleave(
      {
        bare: async () => chain.measure(await product.recordedCalls()),
        product: async () => {
          await readDelays(lab);
          const latencies = await product.measure();
          delays.push(await readDelays(lab));
          return latencies;
        },
      },
      rounds,
      log,
    );
    await chain.close();
    const bare = samples.bare.map(({ latencies }) => latencies);
    const platform = samples.bare.map((round) => round.platform);
    return [...report(bare, platform, samples.product, chain.calls()), ...healthOf(lab, delays.slice(1))];
  },
};

async function productSubject({ api, control, webhooks }: Lab) {
  const shops: { id: string; connector: string; secret: string }[] = [];
  for (let n = 0; n < SHOPS; n += 1) {
    const id = `e2e_${n}`;
    const connector = await api.connect(id, PRODUCTS);
    shops.push({ id, connector, secret: await api.addWebhook(connector, webhooks.url) });
  }

  async function syncOnce(n: number): Promise<number> {
    const { id, connector, secret } = shops[n % SHOPS]!;
    const taskId = await api.startSync(connector);
    const { at, request } = await webhooks.of(taskId);
    if (!isSigned(request, secret)) throw new Error(`the webhook of task ${taskId} is not signed: ${request.body}`);
    await control.mutate('tmall', { shop_id: id, entity: 'products', op: 'update', count: CHANGED });
    return at;
  }

  return {
    run: syncOnce,
    async measure(): Promise<number[]> {
      const latencies = await atConstantRate(PER_SECOND, RUNS_A_ROUND, syncOnce);
      await sleep(QUIET_MS);
      return latencies;
    },
    /** What one sync asks the platform. */
    async recordedCalls(): Promise<RecordedCall[]> {
      const since = new Date().toISOString();
      await syncOnce(0);
      const calls = await control.requests({ platform: 'tmall', match: '/router/rest', since });
      return calls.map(({ path, body }) => ({ path, body }));
    },
  };
}

async function bareSubject(lab: Lab, first: RecordedCall[]) {
  const kafka = kafkaClient(lab.brokers);
  const topics = { requested: `${lab.prefix}bare-requested`, completed: `${lab.prefix}bare-completed` };
  for (const topic of Object.values(topics)) await makeTopic(kafka, topic);
  const calls = [...first];
  const chain: Chain = await relayChain({
    kafka,
    topics,
    database: lab.mongo.db(`${lab.prefix}bare`),
    platform: lab.sandbox,
    webhooks: lab.webhooks.url,
    secret: SECRET,
    calls,
  });

  async function runOnce(): Promise<number> {
    const task = await chain.trigger();
    return (await lab.webhooks.of(task)).at;
  }

  return {
    run: runOnce,
    /** Fresh calls, since the platform refuses timestamps that are ten minutes old. */
    async measure(fresh: RecordedCall[]): Promise<{ latencies: number[]; platform: number[] }> {
      calls.splice(0, calls.length, ...fresh);
      chain.platformMs.length = 0;
      const latencies = await atConstantRate(PER_SECOND, RUNS_A_ROUND, runOnce);
      await sleep(QUIET_MS);
      return { latencies, platform: [...chain.platformMs] };
    },
    calls: () => calls.length,
    close: chain.close,
  };
}

function report(bare: number[][], platform: number[][], product: number[][], calls: number): FigureGroup[] {
  const sandboxMs = percentile(platform.flat(), 50);
  const above = (rounds: number[][]) => rounds.map((round) => round.map((ms) => ms - sandboxMs));
  return [
    {
      title: 'Bare chain with nudged relays',
      figures: [
        pooled('p50', 'ms', 50, bare),
        pooled('p99', 'ms', 99, bare),
        figure('calls of the platform in a sync', '', [calls]),
        pooled("the sandbox's time, p50", 'ms', 50, platform),
        pooled("p50 above the sandbox's time", 'ms', 50, above(bare)),
        pooled("p99 above the sandbox's time", 'ms', 99, above(bare)),
      ],
    },
    {
      title: `Product, ${product.flat().length} runs (P15)`,
      figures: [
        pooled('p50', 'ms', 50, product),
        pooled('p99', 'ms', 99, product),
        pooled('longest', 'ms', 100, product),
        pooled("p50 above the sandbox's time", 'ms', 50, above(product), { atMost: 35 }),
        pooled("p99 above the sandbox's time", 'ms', 99, above(product), { atMost: 100 }),
      ],
    },
  ];
}
