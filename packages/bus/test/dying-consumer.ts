import { auditRecorded } from '@crossdock/contracts';
import type { Logger } from '@crossdock/kernel';
import { createBus, on } from '../src/index.ts';

// Handles its tenant's first event, says so, and is killed before the handler returns.
const { KAFKA_BROKERS = '', TOPIC_PREFIX = '', GROUP = '', TENANT } = process.env;
const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const bus = createBus({ brokers: KAFKA_BROKERS.split(','), clientId: 'dying', topicPrefix: TOPIC_PREFIX, log: quiet });
const consumer = bus.consumer({
  group: GROUP,
  handlers: [
    on(auditRecorded, async ({ id, tenantId }) => {
      if (tenantId === TENANT) process.stdout.write(id, () => process.kill(process.pid, 'SIGKILL'));
      if (tenantId === TENANT) await new Promise(() => {});
    }),
  ],
});
await bus.start();
await consumer.start();
