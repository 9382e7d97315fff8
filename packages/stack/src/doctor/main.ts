import { join } from 'node:path';
import { ROOT } from '../files.ts';
import { portsOf } from '../product-ports.ts';
import { reasonOf } from '../start-error.ts';
import { faulty, fine, type Finding } from './finding.ts';
import { lookAtKeys, lookAtTools } from './machine.ts';
import { lookAtServices, runningProduct } from './product.ts';
import { lookAtKafka, lookAtMongo } from './stores.ts';

const { env } = process;
const around = { env, signal: new AbortController().signal, log: () => {} };
const state = join(ROOT, '.crossdock');
const running = runningProduct(join(state, 'stack.json'));

/** Free for `npm start`; while it is up the ports are its own. */
async function lookAtPorts(): Promise<Finding> {
  if (running !== null) return fine('the ports are in the hands of npm start');
  return portsOf(env).then(
    () => fine('every port is free'),
    (err: unknown) => faulty('ports', reasonOf(err), 'end that program, or move the port by the variable named'),
  );
}

async function lookAtStores(): Promise<Finding[]> {
  const kafka = env['KAFKA_BROKERS'] || running?.kafka;
  const mongodb = env['MONGODB_URI'] || running?.mongodb;
  if (!kafka || !mongodb) return [fine('no stores are named and nothing is up: npm start brings them')];
  const found = await Promise.all([lookAtMongo(mongodb), lookAtKafka(kafka.split(','), env['TOPIC_PREFIX'] ?? '')]);
  return found.flat();
}

const looks = (
  await Promise.all([
    lookAtTools(around),
    lookAtPorts(),
    lookAtStores(),
    running === null ? Promise.resolve([]) : lookAtServices(running, join('.crossdock', 'logs')),
  ])
).flat();
const findings = [lookAtKeys(env), ...looks];

for (const { what, fault, fix } of findings) {
  console.log(fault === null ? `ok     ${what}` : `FAULT  ${what} ${fault}\n       → ${fix}`);
}
process.exitCode = findings.every(({ fault }) => fault === null) ? 0 : 1;
