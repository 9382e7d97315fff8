import { execFile, spawnSync } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cached, ROOT } from '@crossdock/stack';

const run = promisify(execFile);
const LIMIT_MS = 240_000;
const FETCH_LIMIT_MS = 60_000;
const LIBRARY = '1.1.0';

/** Runs a verifier over a file of cases: a `+` or a `-` for each. */
type Drive = (cases: string, folder: string) => Promise<string>;

export interface Language {
  name: string;
  /** Why it cannot be tried here; null when it can. */
  missing: string | null;
}

/** One whose verifier stands in the document. */
export interface Documented extends Language {
  /** Of its code block. */
  tag: string;
  drive(block: string): Drive;
}

const ours = (name: string): string => join(import.meta.dirname, name);

async function output(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await run(command, args, { cwd, env: { ...process.env, ...env }, timeout: LIMIT_MS });
  return stdout.trim();
}

/** Null when the command is there and says that it is new enough. */
function missing(command: string, args: string[], wanted: RegExp, what: string): string | null {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return error === undefined && wanted.test(`${stdout}${stderr}`) ? null : `no ${what} here`;
}

const noPython = missing('python3', ['--version'], /Python 3\.(1\d|[2-9]\d)\./, 'Python 3.10 or newer');
const noJava = missing('javac', ['-version'], /javac (1[7-9]|[2-9]\d)\b/, 'JDK 17 or newer');
const noGo = missing('go', ['version'], /go1\.(2\d|[3-9]\d)/, 'Go 1.20 or newer');

async function compileJava(folder: string, sources: string[], main: string, jars: string[] = []): Promise<Drive> {
  const path = [folder, ...jars].join(delimiter);
  await output('javac', ['-encoding', 'UTF-8', '-cp', path, '-d', folder, ...sources], folder);
  return (cases) => output('java', ['-cp', path, main, cases], folder);
}

export const DOCUMENTED: Documented[] = [
  {
    name: 'TypeScript',
    tag: 'ts',
    missing: null,
    drive: (block) => async (cases, folder) => {
      const verifier = join(folder, 'verifier.ts');
      await writeFile(verifier, block);
      return output(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', ours('drive.ts'), cases, verifier],
        folder,
      );
    },
  },
  {
    name: 'Python',
    tag: 'python',
    missing: noPython,
    drive: (block) => async (cases, folder) => {
      await writeFile(join(folder, 'verifier.py'), block);
      return output('python3', [ours('drive.py'), cases], folder, { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' });
    },
  },
  {
    name: 'Go',
    tag: 'go',
    missing: noGo,
    drive: (block) => async (cases, folder) => {
      await mkdir(join(folder, 'webhooks'));
      await writeFile(join(folder, 'go.mod'), 'module drive\n\ngo 1.20\n');
      await writeFile(join(folder, 'webhooks', 'verify.go'), block);
      await copyFile(ours('drive.go'), join(folder, 'main.go'));
      return output('go', ['run', '.', cases], folder, { GOTOOLCHAIN: 'local', GOWORK: 'off' });
    },
  },
  {
    name: 'Java',
    tag: 'java',
    missing: noJava,
    drive: (block) => async (cases, folder) => {
      const verifier = join(folder, 'WebhookVerifier.java');
      await writeFile(verifier, block);
      return (await compileJava(folder, [verifier, ours('Drive.java')], 'Drive'))(cases, folder);
    },
  },
];

/** The Standard Webhooks library of a language, fetched once and kept. */
export interface Library extends Language {
  drive: Drive;
}

const CACHE = join(ROOT, '.crossdock', 'cache');

async function fetched(name: string, command: string, args: (folder: string) => string[]): Promise<string | null> {
  try {
    return await cached(CACHE, `standardwebhooks-${name}-${LIBRARY}`, async (folder) => {
      await run(command, args(folder), { timeout: FETCH_LIMIT_MS });
    });
  } catch {
    return null;
  }
}

const pipInstall = (to: string): string[] =>
  `-m pip install --quiet --disable-pip-version-check --no-deps standardwebhooks==${LIBRARY} --target`
    .split(' ')
    .concat(to);

const mavenCopy = (to: string): string[] =>
  `-q -B dependency:copy -Dartifact=com.standardwebhooks:standardwebhooks:${LIBRARY}`
    .split(' ')
    .concat(`-DoutputDirectory=${to}`);

export async function pythonLibrary(): Promise<Library> {
  const folder = noPython === null ? await fetched('python', 'python3', pipInstall) : null;
  const env = { PYTHONPATH: folder ?? '', PYTHONDONTWRITEBYTECODE: '1' };
  return {
    name: 'Python',
    missing: noPython ?? (folder === null ? 'pip did not fetch it' : null),
    drive: (cases, cwd) => output('python3', [ours('drive-library.py'), cases], cwd, env),
  };
}

export async function javaLibrary(): Promise<Library> {
  const folder = noJava === null ? await fetched('java', 'mvn', mavenCopy) : null;
  const jar = join(folder ?? '', `standardwebhooks-${LIBRARY}.jar`);
  return {
    name: 'Java',
    missing: noJava ?? (folder === null ? 'Maven did not fetch it' : null),
    drive: async (cases, cwd) =>
      (await compileJava(cwd, [ours('DriveLibrary.java')], 'DriveLibrary', [jar]))(cases, cwd),
  };
}
