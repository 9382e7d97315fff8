import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { keptOutside } from './bundle-outside.ts';
import { workersBeside } from './bundle-workers.ts';

/** Some CommonJS packages hand their `require` on as a value, which the bundler leaves as it is. */
const REQUIRE = "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);";

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What is no service but runs beside them. */
const PROGRAMS: Record<string, string> = {
  sandbox: 'packages/sandbox/src/main.ts',
  tour: 'packages/stack/src/tour/main.ts',
};

/** A single character beyond Latin-1 makes the engine keep the whole source at two bytes a character. */
const withoutWideCharacters = (code: string): string =>
  code.replaceAll(/[^\0-\u00ff]/g, (wide) => `\\u${wide.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Fills `outDir` with main.js, the worker files beside it, and a node_modules of those packages that stay outside. */
async function bundle(name: string, outDir: string): Promise<void> {
  const entry = join(ROOT, PROGRAMS[name] ?? `services/${name}/src/main.ts`);
  if (!existsSync(entry))
    throw new Error(`There is no ${name}: a service's name, or ${Object.keys(PROGRAMS).join(', ')}.`);
  await rm(outDir, { recursive: true, force: true });
  const outside = keptOutside();
  const build = await rolldown({
    input: { main: entry },
    platform: 'node',
    tsconfig: false,
    plugins: [outside.plugin, workersBeside(), { name: 'latin1', renderChunk: withoutWideCharacters }],
    onLog(level, log, next) {
      next(level === 'warn' ? 'error' : level, log);
    },
  });
  await build.write({ dir: outDir, format: 'esm', entryFileNames: '[name].js', banner: REQUIRE });
  await build.close();
  await writeFile(join(outDir, 'package.json'), '{"type":"module"}\n');
  await outside.copyTo(outDir);
}

const [name, outDir] = process.argv.slice(2);
if (name === undefined || outDir === undefined) {
  console.error('usage: node packages/tooling/src/bundle.ts <service> <folder>');
  process.exit(2);
}
await bundle(name, resolve(outDir));
