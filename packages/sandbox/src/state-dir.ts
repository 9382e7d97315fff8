import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Small JSON documents by name, each replaced atomically and at once: a killed sandbox comes back with all it had answered. */
export interface StateDir {
  read<T>(name: string): T | undefined;
  /** The names that begin with `prefix`. */
  names(prefix: string): string[];
  write(name: string, value: unknown): void;
  clear(): void;
}

/** Keeps nothing when no directory is given. */
export function stateDir(path: string | undefined): StateDir {
  if (path === undefined)
    return { read: () => undefined, names: () => [], write: () => undefined, clear: () => undefined };
  mkdirSync(path, { recursive: true });
  const files = () => readdirSync(path).filter((file) => file.endsWith('.json'));
  const fileOf = (name: string) => join(path, `${encodeURIComponent(name)}.json`);
  return {
    read<T>(name: string): T | undefined {
      const file = fileOf(name);
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as T;
      } catch (err) {
        if ((err as { code?: string }).code === 'ENOENT') return undefined;
        throw new Error(`The sandbox cannot read its state in ${file}: remove the file to begin without it.`, {
          cause: err,
        });
      }
    },
    names: (prefix) =>
      files()
        .map((file) => decodeURIComponent(file.slice(0, -'.json'.length)))
        .filter((name) => name.startsWith(prefix)),
    write(name, value) {
      const file = fileOf(name);
      writeFileSync(`${file}.tmp`, JSON.stringify(value));
      renameSync(`${file}.tmp`, file);
    },
    clear: () => files().forEach((file) => rmSync(join(path, file))),
  };
}
