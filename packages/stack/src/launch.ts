import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import pc from 'picocolors';
import type { Arguments } from './arguments.ts';
import { ROOT } from './files.ts';
import { freePortNear } from './ports.ts';
import { startProduct, type Product } from './product.ts';
import { portsOf, type Ports } from './product-ports.ts';
import { receiver } from './receiver.ts';
import { claimDirectory, type RunDirectory } from './run-directory.ts';
import type { Screen } from './screen.ts';
import { secretsIn } from './secrets.ts';
import { SERVICE_NAMES } from './services.ts';
import { writeStackFile } from './stack-file.ts';
import { reasonOf, StartError } from './start-error.ts';
import { emptyGiven } from './stores/given.ts';
import { openStores, type Stores } from './stores/open-stores.ts';
import { summary } from './summary.ts';
import { takeTour } from './tour/tour.ts';

const HOME = join(ROOT, '.crossdock');
const STACK_FILE = join(HOME, 'stack.json');
const DATABASE_PREFIX = 'crossdock-';
/** Where the native stores listen when nobody else does. */
const STORE_PORTS = { kafka: 19_092, mongodb: 19_017 };

export interface LaunchOptions extends Arguments {
  env: NodeJS.ProcessEnv;
  screen: Screen;
  signal: AbortSignal;
}

/** Everything of `npm start`, from the first check to the last process; answers the exit code. */
export async function launch(options: LaunchOptions): Promise<number> {
  const { screen, signal } = options;
  let run: RunDirectory | undefined;
  const endings: (() => Promise<void>)[] = [];
  try {
    run = await claimDirectory(HOME, import.meta.filename.replace('launch.ts', 'start.ts'), runningAlready);
    return await runProduct(options, run, (end) => endings.unshift(end));
  } catch (err) {
    if (signal.aborted) return options.exit ? 1 : 0;
    screen.line(pc.red(err instanceof StartError ? err.message : `The start failed: ${reasonOf(err)}`));
    if (err instanceof StartError && err.logFile !== undefined)
      screen.line(`See ${relative(process.cwd(), err.logFile)}.`);
    if (!(err instanceof StartError)) console.error(err);
    return 1;
  } finally {
    if (endings.length > 0) screen.line('Ending …');
    for (const end of endings) await end();
    run?.release();
  }
}

/** `onEnd` takes what has to be undone, the latest first. */
async function runProduct(
  { env, screen, signal, exit, reset, tour }: LaunchOptions,
  run: RunDirectory,
  onEnd: (end: () => Promise<void>) => void,
): Promise<number> {
  const log = (sentence: string) => screen.line(pc.dim(sentence));
  const since = performance.now();
  if (reset)
    for (const name of ['data', 'logs', 'secrets.json']) rmSync(join(HOME, name), { recursive: true, force: true });
  rmSync(STACK_FILE, { force: true });
  const ports = await portsOf(env);

  screen.line('Bringing up Kafka and MongoDB …');
  const stores = await openStores({
    run,
    cache: join(HOME, 'cache'),
    env,
    ports: await storePorts(env),
    volumes: reset ? 'new' : 'kept',
    log,
    signal,
  });
  onEnd(stores.stop);
  if (reset && stores.kind === 'given')
    await emptyGiven(
      stores.mongodb,
      SERVICE_NAMES.map((name) => DATABASE_PREFIX + name),
    );
  screen.line(`Kafka ${stores.kafka.join(',')}, MongoDB up (${stores.kind}); starting six services and the sandbox …`);

  const product = await startProduct({
    setting: {
      ports,
      kafka: stores.kafka,
      mongodb: stores.mongodb,
      databasePrefix: DATABASE_PREFIX,
      topicPrefix: env['TOPIC_PREFIX'] ?? '',
      sandboxData: join(HOME, 'data', 'sandbox'),
      keyEncryptionKeys: secretsIn(join(HOME, 'secrets.json')).keyEncryptionKeys,
      env,
    },
    run,
    log,
    signal,
    onChange: (now) => writeStackFile(STACK_FILE, now, stores),
  });
  onEnd(async () => {
    rmSync(STACK_FILE, { force: true });
    await product.stop();
  });
  screen.line(`All ready after ${((performance.now() - since) / 1000).toFixed(1)} s.\n`);

  const toured = tour ? await runTour(product, stores, ports, { env, screen, signal }) : true;
  screen.line(summary(product, stores, `http://127.0.0.1:${ports.receiver}`));
  if (exit) return toured ? 0 : 1;
  screen.line('Up until Ctrl-C.');
  if (!signal.aborted) await once(signal, 'abort');
  return 0;
}

/** Whether every step did what it says; what did not is told with its cause and log file. */
async function runTour(
  product: Product,
  stores: Stores,
  ports: Ports,
  { env, screen, signal }: Pick<LaunchOptions, 'env' | 'screen' | 'signal'>,
): Promise<boolean> {
  const { gateway, control } = product;
  await using webhooks = await receiver({ port: ports.receiver });
  const failure = await takeTour({
    gateway,
    control,
    kafka: stores.kafka,
    topicPrefix: env['TOPIC_PREFIX'] ?? '',
    webhooks,
    screen,
    signal,
  });
  if (failure === null) {
    screen.line(pc.green('\nThe tour is complete: every step did what it says.'));
    return true;
  }
  screen.line(pc.red(`\nThe tour failed at step ${failure.step}`));
  screen.line(`  cause: ${failure.cause}`);
  screen.line(`  log:   ${relative(process.cwd(), product.logFile(failure.service))}`);
  return false;
}

async function storePorts(env: NodeJS.ProcessEnv): Promise<{ kafka: number; mongodb: number }> {
  const port = (text: string | undefined, preferred: number) => freePortNear(Number(text) || preferred);
  return {
    kafka: await port(env['KAFKA_PORT'], STORE_PORTS.kafka),
    mongodb: await port(env['MONGODB_PORT'], STORE_PORTS.mongodb),
  };
}

function runningAlready(pid: number): string {
  let gateway = '';
  try {
    gateway = ` on ${(JSON.parse(readFileSync(STACK_FILE, 'utf8')) as { gateway: string }).gateway}`;
  } catch {
    // It has not come that far yet.
  }
  return `npm start is running here already${gateway} (process ${pid}): end it with Ctrl-C first.`;
}
