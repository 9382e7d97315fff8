import { describe, expect, test } from '@jest/globals';
import { inTrace, newTraceparent } from '@crossdock/kernel';
import { allEvents, jsonOf, recordsChanged, syncCompleted, written } from '../index.ts';

const data = { connector_id: 'c1', platform: 'tmall', entity: 'products', task_id: 't1', page: 1, changes: [] };

describe('an event', () => {
  test('is keyed by its connector and carries the trace it happened in', () => {
    const traceparent = newTraceparent();
    const event = inTrace({ traceparent, requestId: 'r' }, () =>
      recordsChanged.create({ tenantId: 'demo', source: '/x', data }),
    );
    expect(event).toMatchObject({
      type: 'records.changed.v1',
      topic: 'records.changed',
      key: 'c1',
      tenantId: 'demo',
      traceparent,
      data,
    });
  });

  test('that does not fit its schema is a bug and thrown where it is made', () => {
    expect(() =>
      recordsChanged.create({ tenantId: 'demo', source: '/x', data: { ...data, page: 'one' } as never }),
    ).toThrow(/page/);
  });

  test('has the same data on the bus whether it was written before or not', () => {
    const event = recordsChanged.create({ tenantId: 'demo', source: '/x', data });
    expect(written(event)).toEqual({ ...event, data: jsonOf(event) });
    expect(jsonOf(written(event))).toBe(jsonOf(event));
    expect(JSON.parse(jsonOf(event))).toEqual(data);
  });

  test('with fields of a newer writer is still good', () => {
    expect(recordsChanged.fault({ ...data, newer: true })).toBeNull();
    expect(syncCompleted.fault({})).toMatch(/task_id/);
  });
});

test('every topic of the product has one definition', () => {
  const topics = allEvents.map(({ topic }) => topic);
  expect(topics.toSorted()).toEqual([
    'audit.recorded',
    'connector.changed',
    'connector.error',
    'records.changed',
    'shop.changed',
    'sync.completed',
    'sync.requested',
  ]);
});
