import { createBus } from '@crossdock/bus';
import { connectorError, type Event } from '@crossdock/contracts';
import { until } from '@crossdock/stack/until';
import type { Lab } from '../lab.ts';
import { quietLog } from '../quiet-log.ts';
import type { WebhookSink } from '../webhook-sink.ts';

/** The body of a delivery, about. */
const BODY_BYTES = 1_024;

/** Connectors with endpoints at the sink, events about them, and the dispatcher's collections. */
export async function webhookAudience(
  lab: Lab,
  sink: WebhookSink,
  { name, connectors, endpointsEach }: { name: string; connectors: number; endpointsEach: number },
) {
  const { api, mongo, prefix, brokers } = lab;
  const ids: string[] = [];
  for (let n = 0; n < connectors; n += 1) {
    const id = await api.connect(`${name}_${n}`, 1);
    for (let m = 0; m < endpointsEach; m += 1) await api.addWebhook(id, `${sink.url}/${n}/${m}`, ['connector.error']);
    ids.push(id);
  }
  const bus = createBus({ brokers, clientId: 'bench', topicPrefix: prefix, log: quietLog });
  await bus.start();
  const database = mongo.db(`${prefix}webhook-dispatcher`);
  const deliveries = database.collection<{ _id: string }>('deliveries');
  const attempts = database.collection('attempts');
  const padding = 'x'.repeat(BODY_BYTES - JSON.stringify(eventOf(ids[0]!, '')).length);

  return {
    deliveries,
    events: (count: number): Event[] => Array.from({ length: count }, (_, n) => eventOf(ids[n % ids.length]!, padding)),
    publish: (events: Event[]) => bus.publish(events),
    /** Resolves when so many attempts are written, and nothing is in anybody's hand. */
    async settled(count: number): Promise<void> {
      const written = async () =>
        (await attempts.estimatedDocumentCount()) >= count &&
        (await deliveries.findOne({ holder: { $gt: '' } }, { hint: 'held' })) === null;
      await until(written, { everyMs: 50, what: 'the end of the deliveries' });
    },
    async clear(): Promise<void> {
      await deliveries.deleteMany({});
      await attempts.deleteMany({});
    },
    close: () => bus.stop(),
  };
}

export type WebhookAudience = Awaited<ReturnType<typeof webhookAudience>>;

const eventOf = (connectorId: string, message: string): Event =>
  connectorError.create({
    tenantId: 'demo',
    source: 'bench',
    data: { ...connectorError.example, connector_id: connectorId, kind: 'error', message },
  });
