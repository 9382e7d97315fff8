import { afterEach, expect, test } from '@jest/globals';
import { auditRecorded, type Event, shopChanged } from '@crossdock/contracts';
import { AppError, currentTrace, newTraceparent, recordSpans, type SpanStart } from '@crossdock/kernel';
import { recordsOf, until } from '@crossdock/testing';
import { on, onBatch } from '../src/index.ts';
import { audit, audits, committed, consuming, topicPrefix } from './support.ts';

afterEach(() => recordSpans(({ parent }) => ({ traceparent: parent ?? newTraceparent(), end() {} })));

/** The name of each span by its traceparent, with the name of the one above it. */
function spanNames() {
  const names = new Map<string, string>();
  recordSpans(({ name, parent }: SpanStart) => {
    const traceparent = `${parent?.slice(0, 36)}${newTraceparent().slice(36)}`;
    names.set(traceparent, `${name} < ${names.get(parent ?? '') ?? 'request'}`);
    return { traceparent, end() {} };
  });
  return names;
}

test('an event is sent below what wrote it and handled below its send, also in a batch, all in one trace', async () => {
  const names = spanNames();
  const met: { event: Event; within: string | undefined }[] = [];
  const meet = async (events: Event[]) => {
    for (const event of events)
      if (event.tenantId === 'spans') met.push({ event, within: currentTrace()?.traceparent });
  };
  await using single = await consuming('spans', [on(auditRecorded, (event) => meet([event]))]);
  await using batch = await consuming('spans-batch', [onBatch(auditRecorded, meet)]);
  const events = audits('spans', 3).map((event) => ({ ...event, traceparent: newTraceparent() }));
  await single.bus.publish(events);
  await until(() => met.length === 6, { what: 'three events in two groups' });
  expect(batch).toBeDefined();
  for (const { event } of met) {
    const written = events.find(({ id }) => id === event.id);
    expect(event.traceparent?.slice(0, 35)).toBe(written?.traceparent.slice(0, 35));
    expect(names.get(event.traceparent ?? '')).toBe('process audit.recorded < send audit.recorded < request');
  }
  // One at a time, the handler runs in the event's own span.
  expect(met.filter(({ event, within }) => within === event.traceparent).length).toBeGreaterThanOrEqual(3);
  const records = (await recordsOf('audit.recorded', { topicPrefix })).filter(({ key }) => key === 'spans');
  expect(records.map(({ headers }) => names.get(String(headers['traceparent'])))).toEqual(
    events.map(() => 'send audit.recorded < request'),
  );
});

test('what a group handled, what comes again, what is dead and what is left are told', async () => {
  let failures = 0;
  await using group = await consuming('counted', [
    on(auditRecorded, async ({ tenantId, data }) => {
      if (tenantId !== 'counted') return;
      if (data.action === '0' && failures++ === 0) throw new Error('not yet');
      if (data.action === '1') throw new AppError('invalid', 'NO', 'never');
    }),
    on(shopChanged, async () => undefined),
  ]);
  const topic = `${topicPrefix}audit.recorded`;
  await group.bus.publish([...audits('counted', 5), audit('other', 'x')]);
  const all = (await recordsOf('audit.recorded', { topicPrefix })).length;
  await until(async () => (await committed('counted', 'audit.recorded')) === all, { what: 'the end of the topic' });
  const told = (await group.metrics.metrics()).split('\n');
  expect(told).toContain(`crossdock_events_handled_total{topic="${topic}"} ${all - 1}`);
  expect(told).toContain(`crossdock_events_retried_total{topic="${topic}"} 1`);
  expect(told).toContain(`crossdock_events_dead_lettered_total{topic="${topic}"} 1`);
  const lag = told.filter((line) => line.startsWith('crossdock_events_lag{'));
  expect(lag).toHaveLength(12);
  const labels = `{group="${topicPrefix}counted",topic="${topic}",partition="0"}`;
  expect(lag).toContain(`crossdock_events_lag${labels} 0`);
});
