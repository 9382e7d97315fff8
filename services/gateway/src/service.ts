import { connectMongo, migrations } from '@crossdock/mongo';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { createVault } from '@crossdock/vault';
import { idempotency } from './app/idempotency.ts';
import { tokenVerifier } from './app/token-verifier.ts';
import type { Config } from './config.ts';
import { inboundLimit } from './http/inbound-limit.ts';
import { httpPart } from './http/part.ts';
import { buildServer } from './http/server.ts';
import { connectPeers } from './peers.ts';
import { idempotentRequestStore } from './store/idempotent-requests.ts';

/** The composition root: nothing is connected before `start`. */
export function gateway({ config, log, clock }: Surroundings<Config>): Service & { address(): string } {
  const metrics = createMetrics('gateway');
  const mongo = connectMongo({ uri: config.MONGODB_URI, database: config.MONGODB_DATABASE, log });
  const requests = idempotentRequestStore(mongo.connection);
  const { peers, parts } = connectPeers(config, metrics);
  const verifier = tokenVerifier({
    fetchKeys: async () => JSON.parse((await peers.identity.getSigningKeys({})).jwksJson),
    clock,
    log,
  });
  const server = buildServer({
    peers,
    verifier,
    idempotency: idempotency({ requests, vault: createVault(config.KEY_ENCRYPTION_KEYS), clock }),
    limit: inboundLimit(config.INBOUND_LIMIT_PER_SECOND),
    log,
    metrics,
  });
  const http = httpPart(server, config.HOST, config.GATEWAY_PORT);
  const service = createService({
    name: 'gateway',
    log,
    host: config.HOST,
    opsPort: config.OPS_PORT,
    metrics,
    parts: [mongo, migrations({ mongo, models: [requests.model], log }), ...parts, verifier, http],
  });
  return Object.assign(service, { address: http.address });
}
