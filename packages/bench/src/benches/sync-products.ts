import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { benchRows, changedRows, type BenchRow } from '../../baseline/bench-rows.ts';
import { naiveModel, sendRows, syncNaively } from '../../baseline/naive-sync.ts';
import { syncBare } from '../../baseline/sync-products.ts';
import type { Bench, BenchOptions } from '../bench.ts';
import { measureCpu } from '../cpu.ts';
import { readDelays } from '../health.ts';
import { kafkaClient, makeTopic } from '../kafka-client.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';
import { report } from './sync-products-report.ts';
import type { Sample, Worker } from './sync-sample.ts';

const CHANGED_EVERY = 10;
/** What follows the end of a task: statistics, the last offsets. */
const SETTLE_MS = 100;
/** A naive row costs as much as dozens of others. */
const NAIVE_SHARE = 10;

/** P6, P7 and P9: a full sync through the gateway, beside a bare loop and the naive way over rows of the same number. */
export const syncProducts: Bench = {
  about: 'a full product sync, all new and 90 % unchanged, sandbox without latency (P6, P7, P9)',
  env: { PLATFORM_CALLS_PER_SECOND: '100000' },
  async run(lab, options) {
    const { rounds, log } = options;
    const [product, bare, naive] = [
      productSubject(lab, options),
      bareSubject(lab, options),
      await naiveSubject(lab, options),
    ];
    const delays: Awaited<ReturnType<typeof readDelays>>[] = [];
    const watched = async (run: Promise<Sample>): Promise<Sample> => {
      const sample = await run;
      delays.push(await readDelays(lab));
      return sample;
    };
    const samples = await interleave(
      {
        bareNew: bare.syncNew,
        productNew: (round: number) => watched(product.syncNew(round)),
        bareUnchanged: bare.syncAgain,
        productUnchanged: () => watched(product.syncAgain()),
        naiveNew: naive.syncNew,
        naiveUnchanged: naive.syncAgain,
      },
      rounds,
      log,
    );
    await naive.close();
    return report(lab, samples, delays.slice(2), await product.storedBytes());
  },
};

function meter({ services, storePids }: Lab): () => Sample['cpu'] {
  const states = services();
  return measureCpu<Worker>({
    orchestrator: states['sync-orchestrator'].pid,
    registry: states['connector-registry'].pid,
    gateway: states.gateway.pid,
    dispatcher: states['webhook-dispatcher'].pid,
    sandbox: states.sandbox.pid,
    ...storePids,
  });
}

function productSubject(lab: Lab, { products }: BenchOptions) {
  const { api, control, webhooks } = lab;
  let shop = '';
  let connector = '';

  /** From the trigger to the webhook about the end. */
  async function sync(expectWritten: number): Promise<Sample> {
    const used = meter(lab);
    const begun = performance.now();
    const taskId = await api.startSync(connector);
    const { at } = await webhooks.of(taskId);
    await sleep(SETTLE_MS);
    const cpu = used();
    const task = await api.task(connector, taskId);
    const { total, synced, skipped } = task.progress;
    const written = synced - skipped;
    if (task.status !== 'completed' || total !== products || synced !== products || written !== expectWritten) {
      throw new Error(`the sync of ${products} products ended as ${JSON.stringify(task)}`);
    }
    return { rows: products, seconds: (at - begun) / 1_000, cpu, written };
  }

  return {
    async syncNew(round: number): Promise<Sample> {
      shop = `bench_${round}`;
      connector = await api.connect(shop, products);
      await api.addWebhook(connector, webhooks.url);
      const sample = await sync(products);
      await control.mutate('tmall', {
        shop_id: shop,
        entity: 'products',
        op: 'update',
        count: products / CHANGED_EVERY,
      });
      return sample;
    },
    syncAgain: () => sync(products / CHANGED_EVERY),

    async storedBytes(): Promise<number> {
      const rows = lab.mongo.db(`${lab.prefix}sync-orchestrator`).collection('products');
      const [stats] = await rows.aggregate([{ $collStats: { storageStats: {} } }]).toArray();
      return (stats as { storageStats: { avgObjSize: number } }).storageStats.avgObjSize;
    },
  };
}

/** CPU and time of one run of `work`. */
async function timed(
  lab: Lab,
  rows: number,
  work: (begin: () => void, end: () => void) => Promise<void>,
): Promise<Sample> {
  let used = meter(lab);
  let begun = performance.now();
  let sample: Sample | undefined;
  const begin = () => {
    used = meter(lab);
    begun = performance.now();
  };
  const end = () => {
    sample = { rows, seconds: (performance.now() - begun) / 1_000, cpu: used(), written: null };
  };
  await work(begin, end);
  return sample!;
}

function bareSubject(lab: Lab, { products }: BenchOptions) {
  const collection = lab.mongo.db(`${lab.prefix}bare`).collection<BenchRow>('products');
  let rows: BenchRow[] = [];
  const sync = (these: BenchRow[]) =>
    timed(lab, these.length, async (begin, end) => {
      begin();
      await syncBare(these, collection);
      end();
    });
  return {
    syncNew(round: number): Promise<Sample> {
      rows = benchRows(products, `bare-${round}`);
      return sync(rows);
    },
    syncAgain: () => sync(changedRows(rows, CHANGED_EVERY)),
  };
}

async function naiveSubject(lab: Lab, { products }: BenchOptions) {
  const count = Math.ceil(products / NAIVE_SHARE);
  const connection = await mongoose.createConnection(lab.mongodb, { dbName: `${lab.prefix}naive` }).asPromise();
  const model = naiveModel(connection);
  const kafka = kafkaClient(lab.brokers);
  let rows: BenchRow[] = [];

  async function sync(topic: string, these: BenchRow[]): Promise<Sample> {
    await makeTopic(kafka, topic);
    await sendRows(kafka, topic, these);
    return timed(lab, these.length, (begin, end) => syncNaively({ kafka, topic, count, products: model }, begin, end));
  }
  return {
    syncNew(round: number): Promise<Sample> {
      rows = benchRows(count, `naive-${round}`);
      return sync(`${lab.prefix}naive-new-${round}`, rows);
    },
    syncAgain: (round: number) => sync(`${lab.prefix}naive-again-${round}`, changedRows(rows, CHANGED_EVERY)),
    close: () => connection.close(),
  };
}
