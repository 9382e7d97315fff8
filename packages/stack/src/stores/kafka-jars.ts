import { join } from 'node:path';
import { ROOT } from '../files.ts';
import { StartError } from '../start-error.ts';
import { cached } from './cache.ts';
import { outputOf, type Surroundings } from './commands.ts';
import { WAYS_OUT } from './ways-out.ts';

const VERSION = '3.9.1';
const OLDEST_JAVA = 17;

/** The java to run Kafka with; throws one sentence when there is none of 17 or newer. */
export async function findJava(around: Surroundings): Promise<string> {
  const home = around.env['JAVA_HOME'];
  const candidates = home === undefined || home === '' ? ['java'] : [join(home, 'bin', 'java'), 'java'];
  const found: number[] = [];
  for (const java of candidates) {
    const output = await outputOf(java, ['-version'], around).catch(() => null);
    const major = Number(output?.match(/version "(\d+)/)?.[1] ?? 0);
    if (major >= OLDEST_JAVA) return java;
    if (major > 0) found.push(major);
  }
  throw new StartError(
    `Kafka needs Java ${OLDEST_JAVA} or newer (${found.length === 0 ? 'none is' : `only ${found[0]} is`} here): ${WAYS_OUT}.`,
  );
}

/** The folder of the broker's jars, fetched by Maven once. */
export const kafkaJars = (cache: string, around: Surroundings): Promise<string> =>
  cached(cache, `kafka-${VERSION}`, async (folder) => {
    around.log(`Downloading Kafka ${VERSION} by Maven (46 MB, kept in .crossdock/cache).`);
    const pom = join(ROOT, 'deploy/kafka-native/pom.xml');
    const output = await outputOf(
      'mvn',
      ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`],
      around,
    );
    if (output === null) throw new StartError(`Kafka is fetched by Maven, and there is no mvn here: ${WAYS_OUT}.`);
  });
