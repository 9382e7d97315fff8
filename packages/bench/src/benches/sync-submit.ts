import { until } from '@crossdock/stack/until';
import { startBare } from '../bare-process.ts';
import type { Bench } from '../bench.ts';
import { costOf, type CostSample } from '../cost.ts';
import { measureCpu, sumOf } from '../cpu.ts';
import { healthOf, readDelays } from '../health.ts';
import { httpLoad } from '../http-load.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';

/** A task each: a second submit would only join the first. */
const CONNECTORS = 400;
const PASSES = 2;
const PER_SECOND = 300;

/** P5: a sync asked for, until its task is durable, beside HTTP, two hops, a find and a majority insert. */
export const syncSubmit: Bench = {
  about: `POST of a sync → 202 durable: ${PASSES} × ${CONNECTORS} at saturation, then ${PER_SECOND}/s (P5)`,
  // The one worker is busy with a shop whose every answer takes its time: tasks stay queued.
  env: { WORKER_SLOTS: '1' },
  async run(lab, { rounds, log }) {
    const product = await productSubject(lab, log);
    const bare = await bareSubject(lab, product.connectors);
    const delays: Awaited<ReturnType<typeof readDelays>>[] = [];
    const samples = await interleave(
      {
        bare: bare.measure,
        product: async () => {
          await readDelays(lab);
          const sample = await product.measure();
          delays.push(await readDelays(lab));
          return sample;
        },
      },
      rounds,
      log,
    );
    await Promise.all([product.close(), bare.close()]);
    const bareOwn = ['http', 'insert', 'find'];
    return [
      costOf({ title: 'Bare loop', unit: 'request', own: bareOwn, samples: samples.bare }),
      costOf({
        title: 'Product, its events told as well (P5)',
        unit: 'request',
        own: ['gateway', 'orchestrator', 'registry'],
        samples: samples.product,
        beside: { own: bareOwn, samples: samples.bare },
        goals: { allRatio: { atMost: 2.5 }, perSecond: { atLeast: 1_400 }, p50: { atMost: 6 }, p99: { atMost: 30 } },
      }),
      ...healthOf(lab, delays.slice(1)),
    ];
  },
};

type Load = ReturnType<typeof httpLoad>;

/** `settle` ends when what the requests caused is over. */
async function measured(
  load: Load,
  pids: Record<string, number | null>,
  { settle, clear }: { settle(): Promise<void>; clear(): Promise<unknown> },
): Promise<CostSample> {
  const passes: { seconds: number; cpu: Record<string, number | null> }[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const used = measureCpu(pids);
    const seconds = await load.saturate(CONNECTORS);
    await settle();
    passes.push({ seconds, cpu: used() });
    await clear();
  }
  const latencies = await load.paced(PER_SECOND, CONNECTORS);
  await settle();
  await clear();
  const total = (name: string) => sumOf(passes.map(({ cpu }) => cpu[name] ?? null));
  return {
    units: PASSES * CONNECTORS,
    seconds: passes.reduce((sum, { seconds }) => sum + seconds, 0),
    cpu: Object.fromEntries(Object.keys(pids).map((name) => [name, total(name)])),
    latencies,
  };
}

async function productSubject(
  { api, control, gateway, mongo, prefix, services, storePids }: Lab,
  log: (s: string) => void,
) {
  log(`Connecting ${CONNECTORS} shops`);
  const blocker = await api.connect('submit_blocker', 20_000);
  await control.putShop('tmall', 'submit_blocker', { latency_ms: 10_000 });
  await api.startSync(blocker);
  const connectors: string[] = [];
  for (let n = 0; n < CONNECTORS; n += 1) connectors.push(await api.connect(`submit_${n}`, 1));
  const headers = { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' };
  const load = httpLoad(gateway, 202, (n) => ({
    method: 'POST',
    path: `/api/v1/connectors/${connectors[n]!}/sync/products`,
    headers,
    body: '{"mode":"full"}',
  }));
  const tasks = mongo.db(`${prefix}sync-orchestrator`).collection('sync_tasks');
  const { gateway: edge, 'connector-registry': registry, 'sync-orchestrator': orchestrator } = services();
  const pids = { gateway: edge.pid, orchestrator: orchestrator.pid, registry: registry.pid, ...storePids };

  async function settle(): Promise<void> {
    await until(async () => (await tasks.countDocuments({ 'outbox.0': { $exists: true } })) === 0, { what: 'told' });
    const queued = await tasks.countDocuments({ status: 'queued' });
    if (queued !== CONNECTORS) throw new Error(`${CONNECTORS} syncs were asked for, ${queued} are queued`);
  }
  return {
    connectors,
    measure: () => measured(load, pids, { settle, clear: () => tasks.deleteMany({ status: 'queued' }) }),
    close: load.close,
  };
}

async function bareSubject({ mongo, mongodb, prefix, storePids }: Lab, connectors: string[]) {
  const database = `${prefix}bare`;
  const rows = await mongo.db(`${prefix}connector-registry`).collection('connectors').find().toArray();
  await mongo.db(database).collection('connectors').insertMany(rows);
  const find = await startBare('gateway-read', ['find', mongodb, database]);
  const insert = await startBare('sync-submit', [String(find.port), mongodb, database]);
  const http = await startBare('gateway-read', ['http', String(insert.port)]);
  const load = httpLoad(`http://127.0.0.1:${http.port}`, 202, (n) => ({
    method: 'POST',
    path: `/${connectors[n]!}`,
    body: '{"mode":"full"}',
  }));
  const tasks = mongo.db(database).collection('tasks');
  const pids = { http: http.pid, insert: insert.pid, find: find.pid, ...storePids };
  return {
    measure: () => measured(load, pids, { settle: async () => undefined, clear: () => tasks.deleteMany({}) }),
    async close() {
      await load.close();
      for (const each of [http, insert, find]) await each.stop();
    },
  };
}
