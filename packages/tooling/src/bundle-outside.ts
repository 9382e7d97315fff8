import { cp, mkdir, readdir, realpath, symlink } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Packages that no bundle swallows: a profiler or tracer from outside can take hold of the first three as they are loaded,
 * grpc-health-check reads a file of its own, argon2 is native.
 */
const OUTSIDE = ['@grpc/grpc-js', 'kafkajs', 'mongoose', 'grpc-health-check', '@node-rs/argon2'];
const IS_OUTSIDE = new RegExp(`^(${OUTSIDE.join('|')})(/|$)`);
const NOT_RUN = /\.(map|md|mts|d\.ts|d\.cts)$/;
const STORE = `${sep}node_modules${sep}.pnpm${sep}`;

/** Keeps those packages as imports, and copies what a bundle met of them with all they depend on. */
export function keptOutside(): { plugin: Plugin; copyTo(outDir: string): Promise<void> } {
  const met = new Map<string, string>();
  const plugin: Plugin = {
    name: 'kept-outside',
    resolveId: {
      filter: { id: IS_OUTSIDE },
      handler(id, importer) {
        const name = id.split('/', id.startsWith('@') ? 2 : 1).join('/');
        const manifest = findPackageJSON(name, importer);
        if (manifest === undefined) throw new Error(`${importer} imports ${id}, which is not installed`);
        met.set(name, dirname(manifest));
        return { id, external: true };
      },
    },
  };
  return {
    plugin,
    async copyTo(outDir) {
      const modules = join(outDir, 'node_modules');
      const copied = new Set<string>();
      for (const [name, folder] of met) {
        const there = await copyPackage(await realpath(folder), modules, copied);
        await link(join(modules, name), there);
      }
    },
  };
}

/** The same places as in pnpm's store, so that each package finds the very versions it was installed with; answers where it went. */
async function copyPackage(folder: string, modules: string, copied: Set<string>): Promise<string> {
  const [, inStore] = folder.split(STORE);
  if (inStore === undefined) throw new Error(`${folder} is not in the store of pnpm`);
  const target = join(modules, '.pnpm', inStore);
  if (copied.has(target)) return target;
  copied.add(target);
  await cp(folder, target, { recursive: true, filter: (file) => !NOT_RUN.test(file) });
  const [entry = ''] = inStore.split(sep);
  const siblings = join(folder.slice(0, folder.indexOf(STORE)), STORE, entry, 'node_modules');
  for (const { name, path } of await linksIn(siblings)) {
    await link(
      join(modules, '.pnpm', entry, 'node_modules', name),
      await copyPackage(await realpath(path), modules, copied),
    );
  }
  return target;
}

/** The packages that a store entry depends on: links, one level deeper under a scope. */
async function linksIn(folder: string, scope = ''): Promise<{ name: string; path: string }[]> {
  const found: { name: string; path: string }[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const [name, path] = [scope + entry.name, join(folder, entry.name)];
    if (entry.isSymbolicLink()) found.push({ name, path });
    else if (entry.name.startsWith('@')) found.push(...(await linksIn(path, `${entry.name}/`)));
  }
  return found;
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(from), { recursive: true });
  await symlink(relative(dirname(from), to), from);
}
