import { startBare } from '../bare-process.ts';
import type { Bench } from '../bench.ts';
import { costOf, type CostSample } from '../cost.ts';
import { measureCpu } from '../cpu.ts';
import { healthOf, readDelays } from '../health.ts';
import { httpLoad } from '../http-load.ts';
import type { Lab } from '../lab.ts';
import { interleave } from '../rounds.ts';

const REQUESTS = 2_000;
const PER_SECOND = 500;
const PACED = 1_000;

/** P2: a read through the gateway, one hop and one find, beside `node:http`, one hop and one find. */
export const gatewayRead: Bench = {
  about: `GET of a connector: gateway, one gRPC hop, one find; ${REQUESTS} at saturation, then ${PER_SECOND}/s (P2)`,
  env: {},
  async run(lab, { rounds, log }) {
    const id = await lab.api.connect('gateway_read', 1);
    const product = productSubject(lab, id);
    const bare = await bareSubject(lab, id);
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
    const bareOwn = ['http', 'hop'];
    return [
      costOf({ title: 'Bare loop', unit: 'request', own: bareOwn, samples: samples.bare }),
      costOf({
        title: 'Product (P2)',
        unit: 'request',
        own: ['gateway', 'registry'],
        samples: samples.product,
        beside: { own: bareOwn, samples: samples.bare },
        goals: {
          oursRatio: { atMost: 1.6 },
          perSecond: { atLeast: 1_900 },
          p50: { atMost: 3 },
          p99: { atMost: 40 },
        },
      }),
      ...healthOf(lab, delays.slice(1)),
    ];
  },
};

type Load = ReturnType<typeof httpLoad>;

async function measured(load: Load, pids: Record<string, number | null>): Promise<CostSample> {
  const used = measureCpu(pids);
  const seconds = await load.saturate(REQUESTS);
  const cpu = used();
  return { units: REQUESTS, seconds, cpu, latencies: await load.paced(PER_SECOND, PACED) };
}

function productSubject({ api, gateway, services, storePids }: Lab, id: string) {
  const headers = { authorization: `Bearer ${api.token}` };
  const load = httpLoad(gateway, 200, () => ({ method: 'GET', path: `/api/v1/connectors/${id}`, headers }));
  const { gateway: edge, 'connector-registry': registry } = services();
  return {
    measure: () => measured(load, { gateway: edge.pid, registry: registry.pid, ...storePids }),
    close: load.close,
  };
}

async function bareSubject({ mongo, mongodb, prefix, storePids }: Lab, id: string) {
  const row = await mongo
    .db(`${prefix}connector-registry`)
    .collection<{ _id: string }>('connectors')
    .findOne({ _id: id });
  const database = `${prefix}bare`;
  await mongo.db(database).collection<{ _id: string }>('connectors').insertOne(row!);
  const hop = await startBare('gateway-read', ['find', mongodb, database]);
  const http = await startBare('gateway-read', ['http', String(hop.port)]);
  const load = httpLoad(`http://127.0.0.1:${http.port}`, 200, () => ({ method: 'GET', path: `/${id}` }));
  return {
    measure: () => measured(load, { http: http.pid, hop: hop.pid, ...storePids }),
    async close() {
      await load.close();
      await http.stop();
      await hop.stop();
    },
  };
}
