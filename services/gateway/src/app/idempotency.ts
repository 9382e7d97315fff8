import { AppError, type Clock, newId, sha256Hex, sleep, keyReused } from '@crossdock/kernel';
import type { Vault } from '@crossdock/vault';
import type { Answer } from '../domain/answer.ts';
import type { IdempotentRequest, IdempotentRequestStore } from '../store/idempotent-requests.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Longer than any request takes. */
const LEASE_MS = 30_000;
const WAIT_MS = 5_000;
const POLL_MS = 50;

export interface Keyed {
  tenant: string;
  /** Method and path: the same key elsewhere is another request. */
  route: string;
  key: string;
  bodyHash: string;
}

/** A request that is ours to answer; `id` goes down to the service as its idempotency key. */
export interface Held {
  id: string;
  claim: string;
  tenant: string;
}

export type Idempotency = ReturnType<typeof idempotency>;

export interface IdempotencyOptions {
  requests: IdempotentRequestStore;
  vault: Vault;
  clock: Clock;
}

/**
 * The same key and body get the same answer. This only saves the call: that the effect comes once is the service's own
 * unique key, so a holder that dies between effect and answer does no harm.
 */
export function idempotency({ requests, vault, clock }: IdempotencyOptions) {
  const later = (ms: number) => new Date(clock().getTime() + ms);
  const placeOf = (tenant: string, id: string) => ({ tenant, collection: 'idempotent_requests', id, field: 'answer' });

  /** The stored answer of a request, or the right to answer it. A running one is waited for. */
  async function begin({ tenant, route, key, bodyHash }: Keyed): Promise<Answer | Held> {
    const held: Held = { id: sha256Hex([tenant, route, key].join('\n')), claim: newId(), tenant };
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const first = await take(held, bodyHash).catch(unavailable);
      if (first === null) return held;
      if (first.bodyHash !== bodyHash) throw keyReused();
      if (first.answer !== null) return JSON.parse(vault.open(placeOf(tenant, first.id), first.answer)) as Answer;
      if (Date.now() > until) throw stillRunning();
      await sleep(POLL_MS);
    }
  }

  /** Null when the request is ours now, else the one that was first. */
  async function take({ id, claim, tenant }: Held, bodyHash: string): Promise<IdempotentRequest | null> {
    const leaseUntil = later(LEASE_MS);
    let first: IdempotentRequest | null = null;
    // Between insert and read its holder may have freed the key.
    while (first === null) {
      if (await requests.insert({ id, tenant, bodyHash, claim, leaseUntil, answer: null, expiresAt: later(KEPT_MS) }))
        return null;
      first = await requests.find(id);
    }
    const lapsed = first.bodyHash === bodyHash && first.answer === null && first.leaseUntil < clock();
    return lapsed && (await requests.takeOver(id, first.claim, claim, leaseUntil)) ? null : first;
  }

  /** Keeps an answer that is final; one that may differ next time frees the key. */
  async function end({ id, claim, tenant }: Held, answer: Answer): Promise<void> {
    if (answer.status >= 500 || answer.status === 429) return requests.release(id, claim);
    return requests.settle(id, claim, vault.seal(placeOf(tenant, id), JSON.stringify(answer)));
  }

  return { begin, end };
}

const stillRunning = () =>
  new AppError('conflict', 'IDEMPOTENCY_RUNNING', '相同幂等键的请求正在处理中，请稍后重试', { retryAfterMs: 1_000 });

/** The store of keyed requests is away: without it no promise about a key can be kept. */
function unavailable(cause: unknown): never {
  throw new AppError('unavailable', 'SERVICE_UNAVAILABLE', '服务暂时不可用，请稍后重试', {
    retryAfterMs: 1_000,
    cause,
  });
}
