import { expect, test } from '@jest/globals';
import { systemClock } from '@crossdock/kernel';
import { createVault } from '@crossdock/vault';
import type { IdempotentRequestStore } from '../store/idempotent-requests.ts';
import { idempotency } from './idempotency.ts';

const vault = createVault(`k1:${Buffer.alloc(32, 1).toString('base64')}`);
const keyed = { tenant: 'demo', route: 'POST /api/v1/connectors', key: 'k', bodyHash: 'h' };

test('while the store is away no keyed request is begun', async () => {
  const away = { insert: () => Promise.reject(new Error('not connected')) } as unknown as IdempotentRequestStore;
  const begun = idempotency({ requests: away, vault, clock: systemClock }).begin(keyed);
  await expect(begun).rejects.toMatchObject({ kind: 'unavailable', retryAfterMs: 1_000 });
});
