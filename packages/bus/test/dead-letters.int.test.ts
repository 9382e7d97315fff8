import { expect, test } from '@jest/globals';
import { auditRecorded } from '@crossdock/contracts';
import { AppError } from '@crossdock/kernel';
import type { KafkaMessage } from 'kafkajs';
import { recordsOf, until } from '@crossdock/testing';
import { on, onBatch } from '../src/index.ts';
import { audit, audits, collectRaw, consuming, produceRaw, topicPrefix } from './support.ts';

const deadOf = async (group: string) => {
  const records = await recordsOf('audit.recorded.dlq', { topicPrefix });
  return records.filter(({ headers }) => headers['dlq_group'] === topicPrefix + group);
};

test('an event whose handler keeps failing lies in the dead-letter topic with reason and origin; the rest is handled', async () => {
  const seen: string[] = [];
  let tries = 0;
  await using group = await consuming('poison', [
    on(auditRecorded, async ({ tenantId, data }) => {
      if (tenantId !== 'poison') return;
      if (data.action === '1') {
        tries += 1;
        throw new Error('cannot be done');
      }
      seen.push(data.action);
    }),
  ]);
  const events = audits('poison', 3);
  await group.bus.publish(events);
  await until(() => seen.includes('2'), { what: 'the event behind the poison', timeoutMs: 60_000 });
  expect(seen).toEqual(['0', '2']);
  expect(tries).toBe(6);
  const [dead, ...others] = await deadOf('poison');
  expect(others).toEqual([]);
  const [origin] = (await recordsOf('audit.recorded', { topicPrefix })).filter(
    ({ headers }) => headers['ce_id'] === events[1]!.id,
  );
  expect(dead).toMatchObject({ key: 'poison', value: origin!.value });
  expect(dead!.headers).toEqual({
    ...origin!.headers,
    dlq_reason: 'failed: Error: cannot be done',
    dlq_topic: `${topicPrefix}audit.recorded`,
    dlq_partition: String(origin!.partition),
    dlq_offset: origin!.offset,
    dlq_group: `${topicPrefix}poison`,
  });
});

test('a poisoned batch loses only its poison', async () => {
  const seen = new Set<string>();
  await using group = await consuming('poisoned-batch', [
    onBatch(auditRecorded, async (events) => {
      const mine = events.filter(({ tenantId }) => tenantId === 'poisoned-batch');
      if (mine.some(({ data }) => data.action === '7')) throw new AppError('invalid', 'NO', 'never');
      for (const { data } of mine) seen.add(data.action);
    }),
  ]);
  await group.bus.publish(audits('poisoned-batch', 20));
  await until(() => seen.size === 19, { what: '19 events' });
  const dead = await until(async () => (await deadOf('poisoned-batch')).at(0), { what: 'the dead letter' });
  expect(JSON.parse(dead.value).action).toBe('7');
});

test('an event that can never be right is not tried again', async () => {
  let calls = 0;
  await using group = await consuming('never', [
    on(auditRecorded, async ({ tenantId }) => {
      if (tenantId !== 'never') return;
      calls += 1;
      throw new AppError('malformed', 'NO', 'never');
    }),
  ]);
  await group.bus.publish([audit('never', 'x')]);
  await until(async () => (await deadOf('never')).length === 1, { what: 'the dead letter' });
  expect(calls).toBe(1);
});

test('an unreadable record goes to the dead-letter topic at once and byte for byte; a newer type is passed over', async () => {
  const seen: string[] = [];
  await using group = await consuming('unreadable', [
    on(auditRecorded, async ({ tenantId, data }) => {
      if (tenantId === 'unreadable') seen.push(data.action);
    }),
  ]);
  const headers = { ce_id: 'i', ce_type: 'audit.recorded.v1', ce_source: 's', ce_time: 't', ce_tenantid: 'unreadable' };
  const { ce_id: _, ...withoutId } = headers;
  const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x7b]);
  const key = 'unreadable';
  await produceRaw('audit.recorded', [
    { key, value: bytes, headers: { ...headers, odd: Buffer.from([0xc3, 0x28]) } },
    { key, value: '{}', headers: withoutId },
    { key, value: '{"actor":1}', headers },
    { key, value: null, headers },
    { key, value: '{}' },
    { key, value: '{}', headers: { ...headers, ce_type: 'audit.recorded.v9' } },
  ]);
  await group.bus.publish([audit('unreadable', 'behind')]);
  await until(() => seen.includes('behind'), { what: 'the good event behind them' });
  await using dead = await collectRaw('audit.recorded.dlq');
  const mine = (await until(
    () => {
      const found = dead.records.filter(
        ({ headers: kept }) => String(kept?.['dlq_group']) === `${topicPrefix}unreadable`,
      );
      return found.length >= 5 && found;
    },
    { what: 'five dead letters' },
  )) as KafkaMessage[];
  expect(mine.map(({ headers: kept }) => String(kept!['dlq_reason']))).toEqual([
    'unreadable: the value is not JSON',
    'unreadable: missing header ce_id',
    expect.stringMatching(/^unreadable: .*data\/actor must be string/),
    'unreadable: the value is not JSON',
    'unreadable: missing header ce_type',
  ]);
  expect(mine[0]!.value).toEqual(bytes);
  expect(mine[0]!.headers!['odd']).toEqual(Buffer.from([0xc3, 0x28]));
  expect(mine[3]!.value).toBeNull();
});
