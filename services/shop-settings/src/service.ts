import { createBus } from '@crossdock/bus';
import { auditRecorded, shopChanged } from '@crossdock/contracts';
import { ShopServiceService } from '@crossdock/contracts/grpc/shop-settings';
import { connectMongo, counters, createRelay, migrations } from '@crossdock/mongo';
import { rpcServer } from '@crossdock/rpc';
import { createMetrics, createService, type Service, type Surroundings } from '@crossdock/runtime';
import { shopApp } from './app/shops.ts';
import type { Config } from './config.ts';
import { shopService } from './grpc/shop-service.ts';
import { shopStore } from './store/shops.ts';

export function shopSettings({ config, log, clock }: Surroundings<Config>): Service & { grpcPort(): number } {
  const metrics = createMetrics('shop-settings');
  const mongo = connectMongo({ uri: config.MONGODB_URI, database: config.MONGODB_DATABASE, log });
  const bus = createBus({
    brokers: config.KAFKA_BROKERS,
    clientId: 'shop-settings',
    topicPrefix: config.TOPIC_PREFIX,
    log,
    metrics,
  });
  const shops = shopStore(mongo.connection);

  const relay = createRelay({ models: [shops.model], publish: (events) => bus.publish(events), log, clock, metrics });
  const nudge = (id: number) => relay.nudge(shops.model, id);
  const app = shopApp({ shops, counters: counters(mongo.connection), now: clock, nudge });
  const grpc = rpcServer({
    host: config.HOST,
    port: config.GRPC_PORT,
    services: [[ShopServiceService, shopService(app)]],
    log,
    metrics,
  });

  const parts = [mongo, bus, migrations({ mongo, models: [shops.model], log }), relay, grpc];
  void bus.ensureTopics([shopChanged, auditRecorded]);
  return Object.assign(
    createService({ name: 'shop-settings', log, host: config.HOST, opsPort: config.OPS_PORT, parts, metrics }),
    { grpcPort: () => grpc.port() },
  );
}
