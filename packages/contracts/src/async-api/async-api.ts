import { allEvents } from '../events/all-events.ts';
import { recordMessage } from './topics.ts';
import { EXAMPLE_SECRET, webhookMessage } from './webhook-message.ts';
import { webhookTypes } from './webhooks.ts';

const DESCRIPTION = `What Crossdock tells others: records on Kafka topics for systems of the same house, signed webhooks for partners.

**Delivery is at least once.** A record or webhook may come twice, always with the same id. A state event with an older \`version\` than the one you hold is to be ignored. Unknown fields are to be ignored: a breaking change is a new \`ce_type\`, and both are published for a while.`;

const TOPIC = `Created with explicit partitions, never by itself. What a consumer of ours cannot handle stands in the topic of this name and \`.dlq\`, byte for byte, with the headers \`dlq_reason\`, \`dlq_topic\`, \`dlq_partition\`, \`dlq_offset\` and \`dlq_group\`.`;

const WEBHOOK = `A POST to the address of an endpoint, for the events it asked for (\`POST /api/v1/connectors/{connector_id}/webhooks\`). Only a 2xx within 15 s is a success; else it is tried again after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h, or by the endpoint’s own schedule. Redirects are not followed. A 410, or the answer header \`webhook-delivery: disable\`, disables the endpoint; \`webhook-delivery: abort-message\` ends the one delivery. The body is the same, byte for byte, at every attempt; that of a \`thin\` endpoint has of \`data\` only the fields that end in \`_id\`.

Verify one of the two signatures over the raw body before you parse it. The examples are signed with \`${EXAMPLE_SECRET}\` over their JSON without spaces.`;

/** The AsyncAPI 3.0 document of every topic and webhook, made of the definitions that the services publish and parse with. */
export function asyncApi() {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Crossdock events', version: '1.0.0', description: DESCRIPTION },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: '{broker}',
        protocol: 'kafka',
        description: 'The brokers of the deployment (`KAFKA_BROKERS`).',
        variables: { broker: { default: '127.0.0.1:9092' } },
      },
      partner: {
        host: '{endpoint}',
        protocol: 'https',
        description: 'Where a webhook endpoint points.',
        variables: { endpoint: { default: 'your-system.com' } },
      },
    },
    channels: {
      ...Object.fromEntries(allEvents.map(({ topic, type, summary }) => [topic, topicChannel(topic, type, summary)])),
      webhooks: {
        address: '{path}',
        title: 'Webhooks',
        description: WEBHOOK,
        parameters: { path: { description: 'The path of the endpoint’s address.', default: 'webhook/nolux' } },
        servers: [ref('servers', 'partner')],
        messages: Object.fromEntries(
          webhookTypes.map(({ type }) => [type, ref('components/messages', `webhook.${type}`)]),
        ),
      },
    },
    operations: {
      ...Object.fromEntries(allEvents.map((event) => [`publish.${event.topic}`, send(event.topic, event)])),
      ...Object.fromEntries(
        webhookTypes.map((webhook) => [`post.${webhook.type}`, { ...send('webhooks', webhook), bindings: POST }]),
      ),
    },
    components: {
      messages: {
        ...Object.fromEntries(allEvents.map((event) => [event.type, recordMessage(event)])),
        ...Object.fromEntries(webhookTypes.map((webhook) => [`webhook.${webhook.type}`, webhookMessage(webhook)])),
      },
    },
  };
}

const POST = { http: { method: 'POST', bindingVersion: '0.3.0' } };

const ref = (where: string, name: string) => ({ $ref: `#/${where}/${name}` });

const topicChannel = (topic: string, type: string, summary: string) => ({
  address: topic,
  title: topic,
  summary,
  description: `${summary}.\n\n${TOPIC}`,
  servers: [ref('servers', 'kafka')],
  messages: { [type]: ref('components/messages', type) },
});

const send = (channel: string, { type, summary }: { type: string; summary: string }) => ({
  action: 'send',
  title: type,
  summary,
  channel: ref('channels', channel),
  messages: [ref(`channels/${channel}/messages`, type)],
});
