import { Parser } from '@asyncapi/parser';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { createHmac } from 'node:crypto';
import { allEvents, asyncApi } from '../index.ts';
import { EXAMPLE_SECRET } from './webhook-message.ts';

const document = asyncApi();
const messages = Object.entries(document.components.messages);
const ajv = addFormats.default(new Ajv({ allErrors: true }));

test('the official parser finds nothing wrong with the document', async () => {
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
  // 3.0 is what readers understand today.
  expect(diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')).toEqual([]);
  expect(parsed?.version()).toBe('3.0.0');
});

test('every event has its topic, and each of the four webhooks its message', () => {
  expect(Object.keys(document.channels)).toEqual([...allEvents.map(({ topic }) => topic), 'webhooks']);
  expect(Object.keys(document.channels.webhooks.messages).toSorted()).toEqual([
    'connector.disconnected',
    'connector.error',
    'sync.completed',
    'sync.failed',
  ]);
});

test.each(allEvents.map((event) => [event.type, event] as const))(
  '%s has an example that it would publish',
  (_type, event) => {
    const { key } = event.create({ tenantId: 'demo', source: 'urn:x', data: event.example });
    expect(key).toBe(event.keyedBy === 'tenant id' ? 'demo' : String(event.example[event.keyedBy]));
  },
);

test.each(messages)('the examples of %s fit its schemas', (_name, { headers, payload, examples: [example] }) => {
  for (const [schema, value] of [
    [headers, example.headers],
    [payload, example.payload],
  ] as const) {
    expect([ajv.validate(schema, value), ajv.errors]).toEqual([true, null]);
  }
});

test.each(messages.filter(([name]) => name.startsWith('webhook.')))(
  'the example of %s carries both signatures as a receiver makes them',
  (_name, { examples: [{ headers, payload }] }) => {
    const body = JSON.stringify(payload);
    const hmac = (text: string) => createHmac('sha256', Buffer.from(EXAMPLE_SECRET)).update(text, 'utf8');
    expect(headers['X-Nolux-Signature']).toBe(hmac(body).digest('hex'));
    const signed = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
    expect(headers['webhook-signature']).toBe(`v1,${hmac(signed).digest('base64')}`);
  },
);
