import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cast, type Cast } from './cast.ts';
import { endpointHealth } from '../src/store/endpoint-health.ts';
import { endpointStore } from '../src/store/endpoints.ts';
import { completed, options } from './stage.ts';

let on: Cast;
beforeAll(async () => void (on = await cast()));
afterAll(() => on.close());

test('slots drawn at once by many are all different and exactly as far apart as the throttle says', async () => {
  const { endpointId } = await on.subscribe();
  const health = endpointHealth(endpointStore(on.theatre.db).model);
  const at = 1_000_000;
  const sizes = Array.from({ length: 40 }, (_, n) => 1 + (n % 7));
  const firsts = await Promise.all(sizes.map((count) => health.drawSlots(endpointId, count, 20, at)));
  const slots = firsts.flatMap((first, n) => Array.from({ length: sizes[n]! }, (_, k) => first + k * 20));
  expect(slots.toSorted((a, b) => a - b)).toEqual(slots.map((_, n) => at + n * 20));
  // What nobody drew is not caught up.
  expect(await health.drawSlots(endpointId, 1, 20, at + 60_000)).toBe(at + 60_000);
});

test('two processes together begin no more calls than the throttle lets through, and lose none', async () => {
  const other = await on.theatre.dispatcher({ clock: on.clock });
  const endpoint = await on.subscribe({ options: options({ throttle: 40 }) });
  const began = Date.now();
  await on.theatre.bus.publish(Array.from({ length: 60 }, () => completed(endpoint.connectorId)));
  await endpoint.all(60, ({ status }) => status === 'delivered');
  const times = endpoint.received().map(({ at }) => at.getTime() - began);
  expect(times).toHaveLength(60);
  // The n-th call has the n-th slot at the earliest.
  times.toSorted((a, b) => a - b).forEach((time, n) => expect(time).toBeGreaterThanOrEqual(n * 25 - 2));
  await other.service.stop();
});
