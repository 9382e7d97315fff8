import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../files.ts';
import { claimDirectory } from '../run-directory.ts';
import { freePort } from '../ports.ts';
import { IMAGES } from './docker-stores.ts';
import { findJava } from './kafka-jars.ts';
import { openStores } from './open-stores.ts';

const surroundings = (env: NodeJS.ProcessEnv) => ({ env, log: () => undefined, signal: new AbortController().signal });

async function opening(env: NodeJS.ProcessEnv) {
  const folder = mkdtempSync(join(tmpdir(), 'stores-'));
  const run = await claimDirectory(folder, 'open-stores.test.ts');
  return openStores({ run, cache: join(folder, 'cache'), ...surroundings(env) });
}

test('what cannot be had is said in one sentence', async () => {
  const nobody = `127.0.0.1:${await freePort()}`;
  await expect(opening({ CROSSDOCK_STACK: 'docker', PATH: '' })).rejects.toThrow(
    'No Docker engine answers, and CROSSDOCK_STACK=docker asks for one.',
  );
  await expect(opening({ CROSSDOCK_STACK: 'podman' })).rejects.toThrow(
    'CROSSDOCK_STACK=podman is unknown: given, docker or native.',
  );
  await expect(opening({ KAFKA_BROKERS: nobody })).rejects.toThrow(
    'KAFKA_BROKERS and MONGODB_URI are given together or not at all.',
  );
  await expect(opening({ KAFKA_BROKERS: nobody, MONGODB_URI: `${process.env['MONGODB_URI']}` })).rejects.toThrow(
    `No Kafka answers at ${nobody} (KAFKA_BROKERS).`,
  );
});

test('without a Java of 17 or newer the three ways out are named', async () => {
  const nothing = mkdtempSync(join(tmpdir(), 'path-'));
  await expect(findJava(surroundings({ PATH: nothing }))).rejects.toThrow(
    /^Kafka needs Java 17 or newer \(none is here\): give KAFKA_BROKERS and MONGODB_URI.*Docker.*install Java 17\+/,
  );
});

test('a Java that is too old is told with its version', async () => {
  const old = mkdtempSync(join(tmpdir(), 'path-'));
  writeFileSync(join(old, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.2"\' >&2\n', { mode: 0o755 });
  await expect(findJava(surroundings({ PATH: old }))).rejects.toThrow('Kafka needs Java 17 or newer (only 11 is here)');
});

test('the containers are those of docker-compose.yml', () => {
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  for (const image of Object.values(IMAGES)) expect(compose).toContain(`image: ${image}\n`);
});
