import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CHAOS_VARIABLE, COUNTS_VARIABLE } from './full-chaos.ts';

/** Proofs by name: which tests they are. `npm test` runs some of them in a short form. */
const PROOFS: Record<string, string> = {
  sync: 'services/sync-orchestrator/test/model',
  failpoints: 'test/failpoints',
  kills: 'packages/testing/test/kills.chaos',
  duplicates: 'test/duplicates',
  refreshes: 'packages/testing/test/refreshes',
  dispatcher: 'services/webhook-dispatcher/test/dispatcher-chaos',
  hostile: 'services/webhook-dispatcher/test/hostile-neighbours',
};

const RUN = fileURLToPath(new URL('run.ts', import.meta.url));

/** `pnpm chaos NAME [what=n …]`: the same tests at their full length, on stores of their own; they print what was injected and lost. */
const [name = '', ...counts] = process.argv.slice(2);
const pattern = PROOFS[name];
if (pattern === undefined || !counts.every((word) => /^[a-z]+=\d+$/.test(word))) {
  console.error(`pnpm chaos ${Object.keys(PROOFS).join(' | ')} [what=n …]`);
  process.exit(2);
}
const child = spawn(process.execPath, [RUN, pattern, '--verbose', '--silent=false'], {
  stdio: 'inherit',
  env: { ...process.env, [CHAOS_VARIABLE]: 'full', [COUNTS_VARIABLE]: counts.join(' ') },
});
const [code] = (await once(child, 'exit')) as [number | null];
process.exit(code ?? 1);
