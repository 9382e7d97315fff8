import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './files.ts';
import { commandLineOf, endLeftover } from './processes.ts';
import { StartError } from './start-error.ts';

const inUse = (pid: number): string => `Process ${pid} works in the same folder: end it first.`;

/** A process of ours: `marker` stands in its command line, so that a number used again by a stranger is not taken for it. */
interface Owned {
  pid: number;
  marker: string;
}

interface PidFile {
  launcher: Owned;
  children: Owned[];
}

export interface RunDirectory {
  path: string;
  /** Notes a child, for a later start to clear should this process be killed. */
  add(pid: number, marker: string): void;
  remove(pid: number): void;
  /** After all children have ended. */
  release(): void;
}

/**
 * Makes this process the only one that works in the directory. Ends what an earlier one left behind when it was killed;
 * throws `taken` when that one is still there. `marker` is a piece of this process's own command line.
 */
export async function claimDirectory(path: string, marker: string, taken = inUse): Promise<RunDirectory> {
  mkdirSync(path, { recursive: true });
  const file = join(path, 'pids.json');
  const earlier = readPids(file);
  if (earlier !== null) {
    const { pid, marker: launcherMarker } = earlier.launcher;
    if (pid !== process.pid && commandLineOf(pid)?.includes(launcherMarker)) {
      throw new StartError(taken(pid));
    }
    await endLeftovers(path);
  }
  let children: Owned[] = [];
  const write = () =>
    replaceFile(file, JSON.stringify({ launcher: { pid: process.pid, marker }, children } satisfies PidFile));
  write();
  return {
    path,
    add(pid, childMarker) {
      children = [...children, { pid, marker: childMarker }];
      write();
    },
    remove(pid) {
      children = children.filter((child) => child.pid !== pid);
      write();
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** Ends the processes that stand in the directory's file, whoever started them. */
export async function endLeftovers(path: string): Promise<void> {
  const children = readPids(join(path, 'pids.json'))?.children ?? [];
  await Promise.all(children.map(({ pid, marker }) => endLeftover(pid, marker)));
}

function readPids(file: string): PidFile | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidFile;
  } catch {
    return null;
  }
}

/** Whether the process that claimed the directory is gone. */
export function isAbandoned(path: string): boolean {
  const owner = readPids(join(path, 'pids.json'))?.launcher;
  return owner === undefined || !commandLineOf(owner.pid)?.includes(owner.marker);
}
