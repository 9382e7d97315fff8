import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newShop, type Registry, startRegistry } from './registry.ts';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry({ instances: 3, quotas: 'demo:1000' });
});

afterAll(() => registry.stop());

const CALLERS = 60;
const ROUNDS = 5;

test('callers of three processes at expiry, again and again, are served by one renewal each time, and none is refused', async () => {
  const { id, shopId } = await registry.connect('demo', newShop());
  for (let version = 2; version <= ROUNDS + 1; version += 1) {
    await registry.alter(id, { 'credential.expiresAt': new Date(registry.now().getTime() - 1) });
    const acquired = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) =>
        registry.instances[index % 3]!.credentials.acquireCredential(
          { connectorId: id, taskId: 't', refusedVersion: undefined },
          registry.as('demo'),
        ),
      ),
    );
    expect(new Set(acquired.map((each) => `${each.state} ${each.version}`))).toEqual(new Set([`ok ${version}`]));
    expect(new Set(acquired.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(await registry.refreshes(shopId)).toBe(version - 1);
  }
  expect(await registry.told('connector.error', id)).toEqual([]);
});
