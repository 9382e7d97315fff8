import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { auditRecorded } from '@crossdock/contracts';
import { AppError, currentTrace, newTraceparent } from '@crossdock/kernel';
import { until } from '@crossdock/testing';
import { on, onBatch } from '../src/index.ts';
import { audit, audits, committed, consuming, newBus, topicPrefix } from './support.ts';

// Every test reads the whole topic from its beginning with a group of its own and looks at its own tenants.

test('a handler gets the events of a key one at a time and in order, each within its own trace', async () => {
  const seen: string[] = [];
  const traces: unknown[] = [];
  await using group = await consuming('in-order', [
    on(auditRecorded, async ({ tenantId, data }) => {
      if (tenantId !== 'in-order') return;
      traces.push(currentTrace());
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(data.action);
    }),
  ]);
  const events = audits('in-order', 50).map((event) => ({ ...event, traceparent: newTraceparent() }));
  await group.bus.publish(events);
  await until(() => seen.length === 50, { what: '50 events' });
  expect(seen).toEqual(events.map(({ data }) => data.action));
  expect(traces).toEqual(events.map(({ id, traceparent }) => ({ requestId: id, traceparent })));
});

test('a batch handler gets up to 500 events at a time, in order', async () => {
  const sizes: number[] = [];
  const seen: string[] = [];
  await using group = await consuming('batched', [
    onBatch(auditRecorded, async (events) => {
      const mine = events.filter(({ tenantId }) => tenantId === 'batched');
      sizes.push(events.length);
      seen.push(...mine.map(({ data }) => data.action));
    }),
  ]);
  await group.bus.publish(audits('batched', 1_200));
  await until(() => seen.length === 1_200, { what: '1,200 events' });
  expect(seen).toEqual(audits('batched', 1_200).map(({ data }) => data.action));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(500);
  expect(sizes.length).toBeLessThan(600);
});

test('a handler that fails is called again until it returns, and what follows waits in order', async () => {
  const calls: string[] = [];
  await using group = await consuming('again', [
    on(auditRecorded, async ({ tenantId, data }) => {
      if (tenantId !== 'again') return;
      calls.push(data.action);
      if (data.action === '1' && calls.length < 4) throw new Error('not yet');
    }),
  ]);
  await group.bus.publish(audits('again', 3));
  await until(() => calls.includes('2'), { what: 'the last event' });
  expect(calls).toEqual(['0', '1', '1', '1', '2']);
});

test('a stopped consumer has finished and committed what its handler was at', async () => {
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let finished = 0;
  const group = await consuming('stopping', [
    on(auditRecorded, async ({ tenantId }) => {
      if (tenantId !== 'stopping') return;
      begun.resolve();
      await gate.promise;
      finished += 1;
    }),
  ]);
  await group.bus.publish([audit('stopping', 'last')]);
  await begun.promise;
  const stopped = group.stop();
  gate.resolve();
  await stopped;
  expect(finished).toBe(1);
  await using _next = await consuming('stopping', [
    on(auditRecorded, async ({ tenantId }) => {
      if (tenantId === 'stopping') finished += 1;
    }),
  ]);
  const before = await committed('stopping', 'audit.recorded');
  await _next.bus.publish([audit('stopping-after', 'x')]);
  await until(async () => (await committed('stopping', 'audit.recorded')) > before, { what: 'the next commit' });
  expect(finished).toBe(1);
});

test('what a killed process had handled but not committed comes again to the next one', async () => {
  const seen: string[] = [];
  const event = audit('killed', 'once more');
  const bus = newBus();
  await bus.start();
  await bus.publish([event]);
  await bus.stop();
  const child = spawn(process.execPath, [fileURLToPath(new URL('dying-consumer.ts', import.meta.url))], {
    env: { ...process.env, TOPIC_PREFIX: topicPrefix, GROUP: 'killed', TENANT: 'killed' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [handled] = await once(child.stdout, 'data');
  await once(child, 'exit');
  expect(String(handled)).toBe(event.id);
  await using _next = await consuming('killed', [
    on(auditRecorded, async ({ id, tenantId }) => {
      if (tenantId === 'killed') seen.push(id);
    }),
  ]);
  await until(() => seen.length > 0, { what: 'the second delivery', timeoutMs: 60_000 });
  expect(seen).toEqual([event.id]);
});

test('two members share the partitions and together miss nothing', async () => {
  const seen = new Set<string>();
  const handler = () =>
    on(auditRecorded, async ({ id, tenantId }) => {
      if (tenantId.startsWith('shared-')) seen.add(id);
    });
  await using first = await consuming('shared', [handler()]);
  const events = Array.from({ length: 300 }, (_, n) => audit(`shared-${n % 30}`, 'x'));
  const publishing = Promise.all(events.map((event) => first.bus.publish([event])));
  await using _second = await consuming('shared', [handler()]);
  await publishing;
  await until(() => seen.size === 300, { what: '300 events', timeoutMs: 60_000 });
});

test('a store that is away is waited for longer than any number of tries', async () => {
  let calls = 0;
  let handled = false;
  await using group = await consuming('away', [
    on(auditRecorded, async ({ tenantId }) => {
      if (tenantId !== 'away') return;
      calls += 1;
      if (calls < 8) throw new AppError('unavailable', 'STORE', 'away');
      handled = true;
    }),
  ]);
  await group.bus.publish([audit('away', 'x')]);
  await until(() => handled, { what: 'the event handled', timeoutMs: 80_000 });
});

test('two handlers for one event in one consumer are refused', async () => {
  const handler = on(auditRecorded, async () => {});
  await expect(consuming('twice', [handler, handler])).rejects.toThrow('two handlers for audit.recorded.v1');
});
