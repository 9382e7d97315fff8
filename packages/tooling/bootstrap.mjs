// What npm runs on whatever Node the machine has: installs what the lockfile says, then hands over to the Node of the
// lockfile. Plain JavaScript, no dependency.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE = join(ROOT, 'node_modules/node/bin/node');
const GENERATED = join(ROOT, 'packages/contracts/src/gen');
const STAMP = join(ROOT, 'node_modules/.crossdock-installed');
const LOCK = join(ROOT, '.crossdock/install.lock');
const OLDEST_NODE = 20;

const [script, ...args] = process.argv.slice(2);

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Of everything an install depends on: it is done again when one of these changes. */
function fingerprint() {
  const hash = createHash('sha256');
  const protos = readdirSync(join(ROOT, 'proto'), { recursive: true }).map((name) => join('proto', String(name)));
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...protos.sort()];
  for (const file of files.map((name) => join(ROOT, name)))
    if (statSync(file).isFile()) hash.update(readFileSync(file));
  return hash.digest('hex');
}

const isCurrent = () =>
  existsSync(NODE) && existsSync(GENERATED) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return err.code === 'EPERM';
  }
}

/** One install at a time: `npm start` and `npm test` may begin together in a fresh clone. */
async function locked(run) {
  mkdirSync(join(ROOT, '.crossdock'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (err) {
      if (err.code !== 'EEXIST') throw err;
      const holder = existsSync(LOCK) ? Number(readFileSync(LOCK, 'utf8')) : 0;
      if (holder > 0 && !isAlive(holder)) rmSync(LOCK, { force: true });
      await sleep(200);
    }
  }
  const unlock = () => rmSync(LOCK, { force: true });
  process.once('exit', unlock);
  run();
  unlock();
}

function install() {
  if (isCurrent()) return;
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  console.log('Installing what pnpm-lock.yaml says (up to a minute the first time).');
  // CI: no questions asked where nobody can answer. A quiet npm would keep the reason of a failure to itself.
  const env = { ...process.env, CI: '1', npm_config_loglevel: 'warn' };
  const done = spawnSync('npx', ['-y', packageManager, 'install', '--frozen-lockfile'], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (done.error) fail(`The install could not begin: ${done.error.message}.`);
  if (done.status !== 0) fail(`${done.stdout}${done.stderr}\nThe install failed, for the reason above.`);
  writeFileSync(STAMP, fingerprint());
}

/** The script under the project's Node; signals are passed on, its end is ours. */
function handOver() {
  const child = spawn(NODE, ['--disable-warning=TimeoutNegativeWarning', join(ROOT, script), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE)
  fail(`Node ${OLDEST_NODE} or newer is needed to begin; this is ${process.versions.node}.`);
if (!isCurrent()) await locked(install);
handOver();
