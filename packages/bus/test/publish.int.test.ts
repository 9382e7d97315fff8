import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { expect, test } from '@jest/globals';
import { auditRecorded } from '@crossdock/contracts';
import { newTraceparent } from '@crossdock/kernel';
import { recordsOf, stores, until } from '@crossdock/testing';
import { audit, audits, newBus, topicPrefix } from './support.ts';

async function started() {
  const bus = newBus();
  await bus.start();
  return Object.assign(bus, { [Symbol.asyncDispose]: () => bus.stop() });
}

const written = () => recordsOf('audit.recorded', { topicPrefix });

test('a record carries the CloudEvents attributes as headers, the data as JSON and the key', async () => {
  await using bus = await started();
  const event = { ...audit('headers', 'written'), traceparent: newTraceparent() };
  await bus.publish([event]);
  const record = (await written()).find(({ key }) => key === 'headers')!;
  expect(record.headers).toEqual({
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: 'audit.recorded.v1',
    ce_source: 'test',
    ce_subject: 'connector/1',
    ce_time: event.time,
    ce_dataschema: 'urn:crossdock:event:audit.recorded.v1',
    ce_tenantid: 'headers',
    traceparent: event.traceparent,
  });
  expect(JSON.parse(record.value)).toEqual(event.data);
});

test('events of one key stay in one partition and in order, however many callers publish at once', async () => {
  await using bus = await started();
  const keys = ['order-a', 'order-b', 'order-c'];
  await Promise.all(keys.flatMap((key) => audits(key, 700).map((event) => bus.publish([event]))));
  const records = await written();
  for (const key of keys) {
    const mine = records.filter((record) => record.key === key);
    expect(new Set(mine.map(({ partition }) => partition)).size).toBe(1);
    expect(mine.map(({ value }) => JSON.parse(value).action)).toEqual(audits(key, 700).map(({ data }) => data.action));
  }
});

test('events of one call that fill several sends all arrive before it resolves', async () => {
  await using bus = await started();
  const wide = 'x'.repeat(400_000);
  await bus.publish(Array.from({ length: 5 }, (_, n) => audit('wide', `${n}${wide}`)));
  expect((await written()).filter(({ key }) => key === 'wide')).toHaveLength(5);
});

test('an event too large for the broker is refused alone', async () => {
  await using bus = await started();
  const refused = bus.publish([audit('large', 'x'.repeat(1_000_000))]);
  const beside = bus.publish([audit('beside', 'small')]);
  await expect(refused).rejects.toMatchObject({ kind: 'too_large' });
  await beside;
  const keys = (await written()).map(({ key }) => key);
  expect(keys).toContain('beside');
  expect(keys).not.toContain('large');
});

test('publishing before the start and after the stop is refused at once', async () => {
  const bus = newBus();
  await expect(bus.publish([audit('early', 'x')])).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'Kafka: not started',
  });
  await bus.start();
  await bus.stop();
  await expect(bus.publish([audit('late', 'x')])).rejects.toMatchObject({
    kind: 'unavailable',
    message: 'Kafka: stopped',
  });
});

test('what was published when the stop came is on the broker after it', async () => {
  const bus = newBus();
  await bus.start();
  const publishing = bus.publish(audits('flushed', 50));
  await bus.stop();
  await publishing;
  expect((await written()).filter(({ key }) => key === 'flushed')).toHaveLength(50);
});

test('a broker that comes later is waited for in the background, and readiness says so', async () => {
  const { server, port } = await reservedPort();
  const bus = newBus([`127.0.0.1:${port}`]);
  await bus.ensureTopics([auditRecorded]);
  await bus.start();
  expect(await bus.check!()).toContain('not connected');
  await expect(bus.publish([audit('waiting', 'x')])).rejects.toMatchObject({ kind: 'unavailable' });
  server.listen(port, '127.0.0.1');
  await until(async () => (await bus.check!()) === null, { what: 'the connection' });
  await bus.publish([audit('waiting', 'x')]);
  server.close();
  await until(async () => (await bus.check!()) === `no broker answers at 127.0.0.1:${port}`, {
    what: 'the loss noticed',
  });
  await bus.stop();
});

/** A way to the real broker that does not listen yet. */
async function reservedPort(): Promise<{ server: Server; port: number }> {
  const [host, brokerPort] = stores().kafka[0]!.split(':') as [string, string];
  const server = createServer((socket) => {
    const broker = connect({ host, port: Number(brokerPort) });
    socket.on('error', () => broker.destroy());
    broker.on('error', () => socket.destroy());
    socket.pipe(broker).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { server, port };
}
