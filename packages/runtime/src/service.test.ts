import { afterEach, expect, test } from '@jest/globals';
import { AppError, type Logger, type Part } from '@crossdock/kernel';
import { createService, type Service } from './service.ts';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const begun: Service[] = [];

afterEach(async () => {
  for (const service of begun.splice(0)) await service.stop();
});

function serviceOf(...parts: Part[]): Service {
  const service = createService({ name: 'demo', log: quiet, host: '127.0.0.1', opsPort: 0, parts });
  begun.push(service);
  return service;
}

function part(name: string, steps: string[], extra: Partial<Part> = {}): Part {
  return {
    name,
    start: async () => void steps.push(`+${name}`),
    stop: async () => void steps.push(`-${name}`),
    ...extra,
  };
}

const ready = async (service: Service) => {
  const answer = await fetch(`${service.opsAddress}/readyz`);
  return { status: answer.status, body: await answer.json() };
};

test('parts start in order and stop in reverse', async () => {
  const steps: string[] = [];
  const service = serviceOf(part('store', steps), part('bus', steps), part('grpc', steps));
  await service.start();
  await service.stop();
  expect(steps).toEqual(['+store', '+bus', '+grpc', '-grpc', '-bus', '-store']);
});

test('a part that is not up yet is tried again, and readiness names it meanwhile', async () => {
  const gate = Promise.withResolvers<void>();
  let tries = 0;
  const store = part('store', [], {
    start: async () => {
      tries += 1;
      if (tries === 1) throw new Error('connection refused');
      await gate.promise;
    },
  });
  const service = serviceOf(store, part('grpc', []));
  const started = service.start();
  while (tries < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(await ready(service)).toEqual({
    status: 503,
    body: { status: 'unavailable', waiting: { store: 'connection refused', grpc: 'not started' } },
  });
  gate.resolve();
  await started;
  expect(await ready(service)).toEqual({ status: 200, body: { status: 'ok', waiting: {} } });
});

test('a refusal of our own ends the start at once and names the part', async () => {
  const steps: string[] = [];
  const old = part('store', steps, {
    start: () => Promise.reject(new AppError('unsupported', 'OLD', 'MongoDB 5.0 is too old')),
  });
  await expect(serviceOf(part('bus', steps), old).start()).rejects.toThrow(
    'demo: store did not start: MongoDB 5.0 is too old',
  );
});

test('readiness says why a running part is not ready, also when its check hangs', async () => {
  const service = serviceOf(
    part('store', [], { check: () => 'no primary' }),
    part('peer', [], { check: () => new Promise(() => {}) }),
  );
  await service.start();
  expect(await ready(service)).toEqual({
    status: 503,
    body: { status: 'unavailable', waiting: { store: 'no primary', peer: 'does not answer' } },
  });
});

test('the ops port tells that it lives and what it measures', async () => {
  const service = serviceOf();
  await service.start();
  expect((await fetch(`${service.opsAddress}/livez`)).status).toBe(200);
  const metrics = await (await fetch(`${service.opsAddress}/metrics`)).text();
  expect(metrics).toContain('nodejs_eventloop_lag_p99_seconds{service="demo"}');
  expect(metrics).toContain('process_resident_memory_bytes');
  expect(metrics).toMatch(/^crossdock_event_loop_delay_p99_seconds\{service="demo"\} [\d.e-]+$/m);
  expect(metrics).toMatch(/^crossdock_event_loop_delay_max_seconds\{service="demo"\} [\d.e-]+$/m);
});
