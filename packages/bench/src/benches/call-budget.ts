import type { RecordedRequest } from '@crossdock/sandbox';
import type { Bench } from '../bench.ts';
import { figure, type FigureGroup } from '../figure.ts';
import { healthOf, readDelays } from '../health.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';

const APP = 'sandbox-bench';
const PER_SECOND = 100;
const LATENCY_MS = 200;
/** Together they always have more calls to make than are allowed. */
const SHOPS = 8;
const PRODUCTS = 2_000;
/** The claim of the first tasks, and the last pages of the last. */
const RISE_MS = 1_000;
const BATCHED = 1_000;
const SINGLE = 1_000;

interface Saturated {
  usedPercent: number;
  mostInASecond: number;
  refused: number;
}

/** P8: the calls that an app may make, used by syncs of many shops at once, and by one shop alone. */
export const callBudget: Bench = {
  about: `syncs within ${PER_SECOND} calls/s of ${LATENCY_MS} ms (P8)`,
  env: { PLATFORM_CALLS_PER_SECOND: String(PER_SECOND) },
  async run(lab, { rounds, log }) {
    const subject = await productSubject(lab, log);
    const delays: Awaited<ReturnType<typeof readDelays>>[] = [];
    const samples = await interleave(
      {
        saturated: async () => {
          await readDelays(lab);
          const sample = await subject.saturated();
          delays.push(await readDelays(lab));
          return sample;
        },
        batched: subject.batched,
        single: subject.single,
      },
      rounds,
      log,
    );
    return [...report(samples), ...healthOf(lab, delays.slice(1))];
  },
};

async function productSubject({ api, control, webhooks }: Lab, log: (sentence: string) => void) {
  log(`Connecting ${SHOPS + 2} shops`);
  const connect = async (shop: string, settings: { products?: number; orders?: number }) => {
    const connector = await api.connect(shop, settings.products ?? 1);
    await control.putShop('tmall', shop, { ...settings, latency_ms: LATENCY_MS });
    await api.addWebhook(connector, webhooks.url);
    return connector;
  };
  const many = await Promise.all(
    Array.from({ length: SHOPS }, (_, n) => connect(`budget_${n}`, { products: PRODUCTS })),
  );
  const batch = await connect('budget_batch', { products: BATCHED });
  await control.putApp('tmall', APP, { rate_per_second: PER_SECOND });

  /** The platform's calls while it runs. */
  async function callsDuring(run: () => Promise<unknown>, match = '/router/rest'): Promise<RecordedRequest[]> {
    const since = new Date().toISOString();
    await run();
    return control.requests({ platform: 'tmall', match, since });
  }

  async function sync(connector: string, syncType?: string): Promise<void> {
    await webhooks.of(await api.startSync(connector, syncType));
  }

  return {
    async saturated(): Promise<Saturated> {
      let firstEnd = 0;
      const syncAndTell = async (connector: string) => {
        await sync(connector);
        firstEnd ||= Date.now();
      };
      const calls = await callsDuring(() => Promise.all(many.map(syncAndTell)));
      const times = calls.map(({ at }) => Date.parse(at));
      const [from, to] = [times[0]! + RISE_MS, firstEnd - RISE_MS];
      const used = times.filter((time) => time >= from && time < to).length;
      return {
        usedPercent: (100 * used) / ((PER_SECOND * (to - from)) / 1_000),
        mostInASecond: mostInASecond(times),
        refused: calls.filter(({ outcome }) => outcome === 'rate_limited').length,
      };
    },

    /** Seconds from the trigger to the webhook. */
    async batched(): Promise<number> {
      const begun = performance.now();
      const { at } = await webhooks.of(await api.startSync(batch));
      return (at - begun) / 1_000;
    },

    /** Seconds that the calls take: rows that stand in no list are asked for one by one. */
    async single(round: number): Promise<number> {
      const shop = `budget_single_${round}`;
      const connector = await connect(shop, { orders: 2 * SINGLE });
      await sync(connector, 'orders');
      await control.mutate('tmall', { shop_id: shop, entity: 'orders', op: 'delete', count: SINGLE });
      const calls = await callsDuring(() => sync(connector, 'orders'), 'trade.fullinfo.get');
      if (calls.length !== SINGLE) throw new Error(`${SINGLE} rows were to be asked for, ${calls.length} were`);
      return (Date.parse(calls.at(-1)!.at) - Date.parse(calls[0]!.at) + LATENCY_MS) / 1_000;
    },
  };
}

function mostInASecond(times: number[]): number {
  let most = 0;
  let first = 0;
  times.forEach((time, last) => {
    while (times[first]! <= time - 1_000) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

function report(samples: { saturated: Saturated[]; batched: number[]; single: number[] }): FigureGroup[] {
  const each = (of: keyof Saturated) => samples.saturated.map((sample) => sample[of]);
  return [
    {
      title: `${SHOPS} shops of ${PRODUCTS} products at once`,
      figures: [
        figure('allowed calls used', '%', each('usedPercent'), { atLeast: 95 }),
        figure('most calls in any second', '', each('mostInASecond'), { atMost: PER_SECOND * 1.02 }),
        figure('calls refused', '', each('refused'), { atMost: 0 }),
      ],
    },
    {
      title: 'One shop alone',
      figures: [
        figure(`${BATCHED} products by batch`, 's', samples.batched, { atMost: 2 }),
        figure(`${SINGLE} orders singly`, 's', samples.single, { atMost: 11 }),
      ],
    },
  ];
}
