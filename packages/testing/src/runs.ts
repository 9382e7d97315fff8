import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endLeftovers, isAbandoned, ROOT } from '@crossdock/stack';

/** Where test runs keep their stores and stacks, a folder each. */
export const RUNS = join(ROOT, '.crossdock', 'test');

/** Names the folder of the run to the tests in it. */
export const RUN_VARIABLE = 'CROSSDOCK_TEST_RUN';

/** The folders of the product stacks that tests of a run started. */
const stacksOf = (run: string): string[] =>
  readdirSync(run)
    .filter((name) => name.startsWith('stack-'))
    .map((name) => join(run, name));

/** Ends every process that a run has left: first those of its stacks, then its stores. */
export async function clearRun(path: string): Promise<void> {
  await Promise.all(stacksOf(path).map(endLeftovers));
  await endLeftovers(path);
}

/** What a killed test run left: its processes first, then its data. */
export async function clearAbandoned(): Promise<void> {
  for (const path of readdirSync(RUNS).map((name) => join(RUNS, name))) {
    if (!isAbandoned(path)) continue;
    await clearRun(path);
    rmSync(path, { recursive: true, force: true });
  }
}
