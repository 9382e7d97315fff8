import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import Type, { type Static, type TObject, type TSchema } from 'typebox';

const port = (description: string) => Type.Integer({ minimum: 0, maximum: 65_535, description });

/** What every process has: where it listens, how loud it is. */
export const processConfig = {
  HOST: Type.String({ default: '127.0.0.1', description: 'the address to listen on' }),
  OPS_PORT: port('the port of /livez, /readyz and /metrics'),
  LOG_LEVEL: Type.Union(
    [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error'), Type.Literal('silent')],
    {
      default: 'info',
      description: 'debug, info, warn, error or silent',
    },
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'the http:// address of an OpenTelemetry collector; without it no traces are recorded',
    }),
  ),
};

export const mongoConfig = {
  MONGODB_URI: Type.String({ pattern: '^mongodb(\\+srv)?://', description: 'a mongodb:// address of a replica set' }),
  MONGODB_DATABASE: Type.String({
    pattern: '^[A-Za-z0-9_-]{1,60}$',
    description: 'the name of the database of this service',
  }),
};

export const busConfig = {
  KAFKA_BROKERS: Type.Array(Type.String({ pattern: '^[^\\s:]+:\\d+$' }), {
    minItems: 1,
    description: 'a comma list of host:port',
  }),
  TOPIC_PREFIX: Type.String({ default: '', description: 'put before every topic and group' }),
};

export const vaultConfig = {
  KEY_ENCRYPTION_KEYS: Type.String({
    pattern: '^[A-Za-z0-9_-]+:[A-Za-z0-9+/]{43}=(,[A-Za-z0-9_-]+:[A-Za-z0-9+/]{43}=)*$',
    description: 'a comma list of id:base64 of 32 bytes, the first seals',
  }),
};

/** What a service on both stores spreads into its own schema. */
export const commonConfig = { ...processConfig, ...mongoConfig, ...busConfig };

/** Every fault of the environment at once, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The schema's own variables out of `env`, as numbers, booleans and lists where it says so; an empty variable counts as absent. Throws ConfigError. */
export function readConfig<S extends TObject>(schema: S, env: NodeJS.ProcessEnv): Static<S> {
  const properties = schema.properties as Record<string, TSchema & { type?: string; description?: string }>;
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    values[name] = property.type === 'array' ? text.split(',').map((item) => item.trim()) : text;
  }
  const ajv = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true, strict: false });
  addFormats.default(ajv);
  if (ajv.validate(schema, values)) return values as Static<S>;
  const faults = new Map<string, string>();
  for (const error of ajv.errors ?? []) {
    const name = variableOf(error);
    const wanted = properties[name]?.description ?? error.message ?? 'something else';
    faults.set(
      name,
      `${name} ${'missingProperty' in error.params ? 'is missing' : 'is wrong'}: it should be ${wanted}`,
    );
  }
  throw new ConfigError([...faults.values()].join('\n'));
}

/** A variable that is required, by itself or beside another (`dependencies`), is named by the parameters. */
const variableOf = (error: ErrorObject): string =>
  String(error.params['missingProperty'] ?? error.instancePath.split('/')[1] ?? '');
