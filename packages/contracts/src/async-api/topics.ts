import Type from 'typebox';
import type { EventDefinition } from '../events/event.ts';
import type { Message } from './message.ts';

const EXAMPLE_ID = '019a0000-0000-7000-8000-0000000000e1';
const EXAMPLE_TIME = '2026-03-14T10:30:50.000Z';

/** The record of one event: CloudEvents 1.0 in binary mode, so its attributes are headers. */
export function recordMessage({ type, topic, summary, keyedBy, schema, example }: EventDefinition): Message {
  const headers = {
    ce_specversion: '1.0',
    ce_id: EXAMPLE_ID,
    ce_type: type,
    ce_source: 'urn:crossdock:example',
    ce_subject: 'what the event is about',
    ce_time: EXAMPLE_TIME,
    ce_dataschema: `urn:crossdock:event:${type}`,
    ce_tenantid: 'demo',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'content-type': 'application/json',
  };
  return {
    name: type,
    title: type,
    summary,
    contentType: 'application/json',
    headers: recordHeaders(type),
    payload: schema,
    bindings: { kafka: { key: { type: 'string', description: `The ${keyedBy}: records of one key stay in order.` } } },
    examples: [{ name: topic, headers, payload: example }],
  };
}

const recordHeaders = (type: string) =>
  Type.Object({
    ce_specversion: Type.Literal('1.0'),
    ce_id: Type.String({
      description: 'UUIDv7, fixed when the state changed. The same id may come twice: drop the second.',
    }),
    ce_type: Type.Literal(type, { description: 'The name of the topic and a version.' }),
    ce_source: Type.String({ description: 'The service that tells it.' }),
    ce_subject: Type.String({ description: 'What the event is about.' }),
    ce_time: Type.String({ format: 'date-time' }),
    ce_dataschema: Type.Literal(`urn:crossdock:event:${type}`),
    ce_tenantid: Type.String({ description: 'The tenant it happened to.' }),
    traceparent: Type.Optional(Type.String({ description: 'W3C Trace Context of what caused it.' })),
    'content-type': Type.Literal('application/json'),
  });
