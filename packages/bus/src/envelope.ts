import { type Event, jsonOf } from '@crossdock/contracts';
import { isTraceparent } from '@crossdock/kernel';
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';

/** An event as a CloudEvents 1.0 record in binary mode: attributes as headers, its data as JSON. */
export function toRecord(event: Event): Message & { value: string } {
  return {
    key: event.key,
    value: jsonOf(event),
    headers: {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: event.type,
      ce_source: event.source,
      ce_subject: event.subject,
      ce_time: event.time,
      ce_dataschema: `urn:crossdock:event:${event.type}`,
      ce_tenantid: event.tenantId,
      ...(event.traceparent !== null && { traceparent: event.traceparent }),
    },
  };
}

/** The event type a record claims to be; null when it claims none. */
export const typeOf = (record: KafkaMessage): string | null => header(record.headers, 'ce_type');

const REQUIRED = ['ce_id', 'ce_source', 'ce_time', 'ce_tenantid'] as const;

/** The event of a record, or why it is none. Whether the data fits its schema is not looked at here. */
export function fromRecord(record: KafkaMessage, topic: string, type: string): Event | { fault: string } {
  const missing = REQUIRED.filter((name) => header(record.headers, name) === null);
  if (missing.length > 0) return { fault: `missing header ${missing.join(', ')}` };
  const data = parse(record.value);
  if (data === undefined) return { fault: 'the value is not JSON' };
  const read = (name: string) => header(record.headers, name) ?? '';
  const traceparent = read('traceparent');
  return {
    id: read('ce_id'),
    type,
    topic,
    key: record.key?.toString() ?? '',
    source: read('ce_source'),
    subject: read('ce_subject'),
    time: read('ce_time'),
    tenantId: read('ce_tenantid'),
    traceparent: isTraceparent(traceparent) ? traceparent : null,
    data,
  };
}

function header(headers: IHeaders | undefined, name: string): string | null {
  const value = headers?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  const text = first?.toString() ?? '';
  return text === '' ? null : text;
}

function parse(value: Buffer | null): unknown {
  if (value === null) return undefined;
  try {
    return JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
