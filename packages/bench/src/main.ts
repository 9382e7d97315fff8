import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, StartError } from '@crossdock/stack';
import { benches } from './benches.ts';
import { openLab } from './lab.ts';
import { load, machine } from './machine.ts';
import { table } from './table.ts';

const USAGE = 'pnpm bench NAME [--products 20000] [--rounds 5]   or   pnpm bench --list';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      products: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '5' },
    },
  });
  if (values.list) {
    for (const [name, { about }] of Object.entries(benches)) console.log(`${name.padEnd(14)} ${about}`);
    return 0;
  }
  const [name = ''] = positionals;
  const bench = benches[name];
  const [products, rounds] = [Number(values.products), Number(values.rounds)];
  if (bench === undefined || !(products >= 100 && products % 100 === 0) || !(rounds >= 1 && Number.isInteger(rounds))) {
    console.error(
      bench === undefined ? `There is no bench "${name}".` : 'Products come in hundreds, rounds from 1 on.',
    );
    console.error(USAGE);
    return 2;
  }
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ended.abort());
  const log = (sentence: string) => console.log(`${sentence} …`);
  const lab = await openLab({ env: { ...process.env, LOG_LEVEL: 'warn', ...bench.env }, log, signal: ended.signal });
  try {
    const before = load();
    const options = { products, rounds, log };
    const groups = await Promise.race([bench.run(lab, options), aborted(ended.signal)]);
    const context = {
      bench: name,
      at: new Date().toISOString(),
      machine: machine(),
      load: { before, after: load() },
      products,
      rounds,
    };
    const file = join(ROOT, 'bench-results', `${name}.json`);
    mkdirSync(join(ROOT, 'bench-results'), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ ...context, groups }, null, 2)}\n`);
    const { cores, cpu, node } = context.machine;
    console.log(`\n${name}: ${bench.about}`);
    console.log(
      `${cores} cores of ${cpu}, node ${node}, load ${before} before and ${context.load.after} after; median of ${rounds} rounds`,
    );
    for (const line of table(groups)) console.log(line);
    console.log(`\nWritten to ${relative(process.cwd(), file)}.`);
    return 0;
  } finally {
    await lab.close();
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended by a signal'))));

try {
  process.exit(await main());
} catch (err) {
  if (!(err instanceof StartError)) throw err;
  console.error(`${err.message}${err.logFile === undefined ? '' : ` See ${err.logFile}.`}`);
  process.exit(1);
}
