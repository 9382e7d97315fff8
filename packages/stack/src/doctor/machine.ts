import { outputOf, type Surroundings } from '../stores/commands.ts';
import { faulty, fine, type Finding } from './finding.ts';

const KEYS = /^[A-Za-z0-9_-]+:[A-Za-z0-9+/]{43}=(,[A-Za-z0-9_-]+:[A-Za-z0-9+/]{43}=)*$/;

const NEEDED = [
  {
    command: 'java',
    args: ['-version'],
    version: /version "(\d+)/,
    oldest: 17,
    fix: 'apt-get install -y openjdk-17-jre-headless',
  },
  { command: 'mvn', args: ['-v'], version: /Apache Maven.* (\d+)\./, oldest: 3, fix: 'apt-get install -y maven' },
  {
    command: 'python3',
    args: ['-m', 'pip', '--version'],
    version: /pip (\d+)/,
    oldest: 1,
    fix: 'apt-get install -y python3-pip',
  },
];

/** What the native stack is fetched and run with; nothing of it is needed with stores of one's own. */
export async function lookAtTools(around: Surroundings): Promise<Finding[]> {
  const { KAFKA_BROKERS, MONGODB_URI } = around.env;
  if (KAFKA_BROKERS && MONGODB_URI) return [fine('stores are given: no Java, Maven or pip needed')];
  return Promise.all(
    NEEDED.map(async ({ command, args, version, oldest, fix }) => {
      const output = await outputOf(command, args, around).catch(() => null);
      const major = Number(output?.match(version)?.[1] ?? 0);
      if (major >= oldest) return fine(`${command} ${major}`);
      return faulty(command, major === 0 ? 'is not here' : `is ${major}, ${oldest} or newer is needed`, fix);
    }),
  );
}

/** The keys everything secret is sealed under, where the caller names them. */
export function lookAtKeys(env: NodeJS.ProcessEnv): Finding {
  const keys = env['KEY_ENCRYPTION_KEYS'];
  if (keys === undefined || keys === '') return fine('KEY_ENCRYPTION_KEYS is not set: npm start keeps keys of its own');
  if (KEYS.test(keys)) return fine(`KEY_ENCRYPTION_KEYS holds ${keys.split(',').length}`);
  const fix = 'export KEY_ENCRYPTION_KEYS="k1:$(head -c 32 /dev/urandom | base64)"';
  return faulty('KEY_ENCRYPTION_KEYS', 'is not a comma list of id:base64 of 32 bytes', fix);
}
