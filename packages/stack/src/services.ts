import { join } from 'node:path';
import { ROOT } from './files.ts';
import type { Ports } from './product-ports.ts';

/** Those that others lean on first: when several do not come up, the first of them is the one to look at. */
export const SERVICE_NAMES = [
  'sandbox',
  'auth-channel',
  'connector-registry',
  'shop-settings',
  'sync-orchestrator',
  'webhook-dispatcher',
  'gateway',
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

/** What differs between one running product and another. */
export interface Setting {
  ports: Ports;
  kafka: string[];
  mongodb: string;
  /** Put before the name of each service's database. */
  databasePrefix: string;
  topicPrefix: string;
  /** Holds a bundle of each service, `NAME/main.js`; the sources run without one. */
  bundles?: string;
  /** Where the sandbox keeps its shops and tokens. */
  sandboxData: string;
  /** As the vault wants it: `id:base64`, comma separated. */
  keyEncryptionKeys: string;
  /** The caller's environment: it reaches every service, under what is fixed here. */
  env: NodeJS.ProcessEnv;
}

export interface ServiceSpec {
  entry: string;
  opsPort: number;
  env: NodeJS.ProcessEnv;
}

const HOST = '127.0.0.1';

/** A service stays at about 200 MiB: what its heap may take, the garbage of a burst included. */
const HEAP_LIMITS = '--max-semi-space-size=8 --max-old-space-size=128';

/**
 * The C library keeps what each of its arenas once took: two cost a tenth less memory than one for each thread. What is
 * large it gives back at once.
 */
const ARENAS = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '32768' };

/** Three tenants of the demo: room for load, room for others, and one at its quota after two. */
const DEMO_QUOTAS = 'demo:1000,other:1000,small:2';
const DEMO_INBOUND_LIMIT = '5000';

/** How each process of the product is started: the one place that knows every service's environment. */
export function serviceSpecs(setting: Setting): Record<ServiceName, ServiceSpec> {
  const { ports, env } = setting;
  const at = (port: number) => `${HOST}:${port}`;
  const entryOf = (name: ServiceName, folder: string) =>
    setting.bundles === undefined ? join(ROOT, folder, name, 'src', 'main.ts') : join(setting.bundles, name, 'main.js');
  const vault = { KEY_ENCRYPTION_KEYS: env['KEY_ENCRYPTION_KEYS'] || setting.keyEncryptionKeys };
  const taobao = {
    TAOBAO_AUTH_URL: env['TAOBAO_AUTH_URL'] || `http://${at(ports.sandbox)}/taobao`,
    TAOBAO_API_URL: env['TAOBAO_API_URL'] || `http://${at(ports.sandbox)}/taobao/router/rest`,
  };

  function service(name: ServiceName, opsPort: number, own: NodeJS.ProcessEnv): ServiceSpec {
    const stores = {
      MONGODB_URI: setting.mongodb,
      MONGODB_DATABASE: `${setting.databasePrefix}${name}`,
      KAFKA_BROKERS: setting.kafka.join(','),
      TOPIC_PREFIX: setting.topicPrefix,
    };
    return {
      entry: entryOf(name, 'services'),
      opsPort,
      env: {
        ...env,
        ...ARENAS,
        NODE_OPTIONS: `${HEAP_LIMITS} ${env['NODE_OPTIONS'] ?? ''}`,
        ...stores,
        HOST,
        OPS_PORT: String(opsPort),
        ...own,
      },
    };
  }
  const grpc = (name: ServiceName, port: number, own: NodeJS.ProcessEnv = {}) =>
    service(name, port + 100, { GRPC_PORT: String(port), ...own });

  return {
    gateway: service('gateway', ports.gatewayOps, {
      ...vault,
      GATEWAY_PORT: String(ports.gateway),
      REGISTRY_ADDRESS: at(ports.registry),
      AUTH_ADDRESS: at(ports.auth),
      SHOPS_ADDRESS: at(ports.shops),
      ORCHESTRATOR_ADDRESS: at(ports.orchestrator),
      DISPATCHER_ADDRESS: at(ports.dispatcher),
      INBOUND_LIMIT_PER_SECOND: env['INBOUND_LIMIT_PER_SECOND'] || DEMO_INBOUND_LIMIT,
    }),
    'connector-registry': grpc('connector-registry', ports.registry, {
      ...vault,
      ...taobao,
      PUBLIC_URL: env['PUBLIC_URL'] || `http://${at(ports.gateway)}`,
      CONNECTOR_QUOTAS: env['CONNECTOR_QUOTAS'] || DEMO_QUOTAS,
    }),
    'auth-channel': grpc('auth-channel', ports.auth, { ...vault, DEMO_ACCOUNTS: 'true' }),
    'shop-settings': grpc('shop-settings', ports.shops),
    'sync-orchestrator': grpc('sync-orchestrator', ports.orchestrator, {
      ...taobao,
      REGISTRY_ADDRESS: at(ports.registry),
    }),
    'webhook-dispatcher': grpc('webhook-dispatcher', ports.dispatcher, {
      ...vault,
      REGISTRY_ADDRESS: at(ports.registry),
      WEBHOOK_ALLOW: [at(ports.receiver), env['WEBHOOK_ALLOW']].filter(Boolean).join(','),
    }),
    sandbox: {
      entry: entryOf('sandbox', 'packages'),
      opsPort: ports.sandboxOps,
      env: {
        ...env,
        HOST,
        SANDBOX_PORT: String(ports.sandbox),
        CONTROL_PORT: String(ports.control),
        SANDBOX_OPS_PORT: String(ports.sandboxOps),
        SANDBOX_DATA: setting.sandboxData,
      },
    },
  };
}
