import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');

/** What `pnpm check` asks, each of a tool with its settings in this package, in `proto` or in `turbo.json`. */
const CHECKS = [
  { name: 'lint', run: 'oxlint -c packages/tooling/oxlint.json .' },
  { name: 'types', run: 'tsc -p packages/tooling/tsconfig.json --checkers 1' },
  { name: 'unused', run: 'knip -c packages/tooling/knip.json --no-config-hints' },
  { name: 'format', run: 'oxfmt -c packages/tooling/oxfmt.json --check . !**/*.md' },
  { name: 'boundaries', run: 'turbo boundaries' },
  { name: 'proto', run: 'buf lint proto' },
];

interface Outcome {
  name: string;
  passed: boolean;
  seconds: number;
  output: string;
}

function check({ name, run }: (typeof CHECKS)[number]): Promise<Outcome> {
  const began = performance.now();
  const [tool = '', ...args] = run.split(' ');
  const env = { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH']}`, TURBO_TELEMETRY_DISABLED: '1' };
  const child = spawn(join(BIN, tool), args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  return new Promise((resolve) => {
    const end = (passed: boolean) => resolve({ name, passed, seconds: (performance.now() - began) / 1000, output });
    child.once('error', (err) => {
      output += `${tool}: ${err.message}\n`;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

const outcomes = await Promise.all(CHECKS.map(check));
for (const { output } of outcomes.filter(({ passed }) => !passed)) console.log(output);
for (const { name, passed, seconds } of outcomes) {
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)}  ${seconds.toFixed(1).padStart(5)} s`);
}
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
