import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { claimDirectory, openStores, ROOT, SERVICE_NAMES, StartError } from '@crossdock/stack';
import { readTopic } from '@crossdock/stack/records';
import { until } from '@crossdock/stack/until';
import { connect } from './e2e/shops.ts';
import { ended, products, sha256OfIds, startSync } from './e2e/syncs.ts';
import { addEndpoint, signatures } from './e2e/webhooks.ts';
import { startWorld, type World } from './e2e/world.ts';
import { stores } from './names.ts';
import { clearRun, RUN_VARIABLE, RUNS } from './runs.ts';

const PRODUCTS = 20_000;
const ENDPOINTS = 3;
const MOST_MIB = 200;
const LIMIT_MS = 300_000;

let wrong = 0;

function tell(fine: boolean, sentence: string): void {
  if (!fine) wrong += 1;
  console.log(`${fine ? 'ok    ' : 'WRONG '} ${sentence}`);
}

/** A full sync of 20,000 products through the whole product, held against what the platform has. */
async function largeSync(world: World): Promise<void> {
  const { admin, platform, webhooks, stack } = world;
  const { id, shopId } = await connect(world, { products: PRODUCTS });
  const paths = Array.from({ length: ENDPOINTS }, (_, n) => `/${n}`);
  const secrets = new Map<string, string>();
  for (const path of paths) {
    const endpoint = await addEndpoint(admin, id, webhooks.url + path, ['sync.completed', 'sync.failed']);
    secrets.set(path, endpoint.secret);
  }
  const since = performance.now();
  const taskId = await startSync(admin, id);
  const task = await ended(admin, id, taskId, { timeoutMs: LIMIT_MS });
  const seconds = (performance.now() - since) / 1_000;
  const { total, synced, failed } = task.progress;
  tell(
    task.status === 'completed' && total === PRODUCTS && synced === PRODUCTS && failed === 0,
    `the task is ${task.status} after ${seconds.toFixed(1)} s: ${synced} of ${total} synced, ${failed} failed`,
  );

  const items = await products(admin, id);
  const truth = await platform.truth('tmall', shopId);
  const sha256 = sha256OfIds(items);
  tell(items.length === truth.total && sha256 === truth.sha256, `${items.length} ids here, sha256 ${sha256}`);
  console.log(`       ${truth.total} ids at the platform, sha256 ${truth.sha256}`);

  await until(() => paths.every((path) => webhooks.requests.some((request) => request.path === path)), {
    timeoutMs: 30_000,
    what: 'every webhook',
  });
  const records = (await readTopic(stores().kafka, `${stack.topicPrefix}sync.completed`)).filter(
    ({ key }) => key === id,
  );
  tell(records.length === 1, `${records.length} sync.completed in Kafka, ce_id ${records[0]?.headers['ce_id']}`);
  for (const path of paths) {
    const sent = webhooks.requests.filter((request) => request.path === path);
    const verified = sent.every((request) => {
      const { nolux, standard } = signatures(request, secrets.get(path) ?? '');
      return nolux && standard && request.headers['webhook-id'] === records[0]?.headers['ce_id'];
    });
    tell(
      sent.length === 1 && verified,
      `${sent.length} webhook to endpoint ${path}, ${verified ? '' : 'not '}verified`,
    );
  }
  for (const name of SERVICE_NAMES.filter((each) => each !== 'sandbox')) {
    const mib = peakMemory(stack.pid(name));
    tell(mib <= MOST_MIB, `${name}: at most ${mib.toFixed(0)} MiB in memory`);
  }
}

/** The most resident memory the process ever had, as the kernel kept it. */
function peakMemory(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1_024;
}

async function main(): Promise<number> {
  const ended = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ended.abort());
  const { signal } = ended;
  const run = await claimDirectory(join(RUNS, `large-sync-${process.pid}`), import.meta.filename);
  await using ending = new AsyncDisposableStack();
  ending.defer(async () => {
    await clearRun(run.path);
    rmSync(run.path, { recursive: true, force: true });
  });
  const opened = await openStores({
    run,
    cache: join(ROOT, '.crossdock', 'cache'),
    env: process.env,
    log: console.log,
    signal,
  });
  ending.defer(opened.stop);
  Object.assign(process.env, {
    KAFKA_BROKERS: opened.kafka.join(','),
    MONGODB_URI: opened.mongodb,
    [RUN_VARIABLE]: run.path,
  });
  const world = ending.use(await startWorld());
  signal.throwIfAborted();
  await Promise.race([largeSync(world), once(signal, 'abort').then(() => signal.throwIfAborted())]);
  return wrong === 0 ? 0 : 1;
}

// By force: what was cut off in the middle may still be waiting.
process.exit(
  await main().catch((err: unknown) => {
    console.error(err instanceof StartError ? err.message : err);
    return 1;
  }),
);
