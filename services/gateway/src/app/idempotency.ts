import { AppError, type Clock, newId, sha256Hex, sleep } from '@crossdock/kernel';
import type { Vault } from '@crossdock/vault';
import type { Answer } from '../domain/answer.ts';
import type { IdempotentRequest, IdempotentRequestStore } from '../store/idempotent-requests.ts';

const KEPT_MS = 24 * 60 * 60 * 1000;
/** Longer than any request takes. */
const LEASE_MS = 15_000;
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

/**
 * The same key and body get the same answer. This only saves the call: that the effect comes once is the service's own
 * unique key, so a holder that dies between effect and answer does no harm.
 */
export function idempotency({ requests, vault, clock }: { requests: IdempotentRequestStore; vault: Vault; clock: Clock }) {
  const later = (ms: number) => new Date(clock().getTime() + ms);
  const placeOf = (tenant: string, id: string) => ({ tenant, collection: 'idempotent_requests', id, field: 'answer' });

  /** The stored answer of a request, or the right to answer it. A running one is waited for. */
  async function begin({ tenant, route, key, bodyHash }: Keyed): Promise<Answer | Held> {
    const id = sha256Hex([tenant, route, key].join('\n'));
    const claim = newId();
    const until = Date.now() + WAIT_MS;
    for (;;) {
      if (await requests.insert({ id, bodyHash, claim, leaseUntil: later(LEASE_MS), answer: null, expiresAt: later(KEPT_MS) })) return { id, claim, tenant };
      const first = await requests.find(id);
      if (first === null) continue;
      if (first.bodyHash !== bodyHash) throw otherBody();
      if (first.answer !== null) return JSON.parse(vault.open(placeOf(tenant, id), first.answer)) as Answer;
      if (isLapsed(first) && (await requests.takeOver(id, first.claim, claim, later(LEASE_MS)))) return { id, claim, tenant };
      if (Date.now() > until) throw stillRunning();
      await sleep(POLL_MS);
    }
  }

  const isLapsed = ({ leaseUntil }: IdempotentRequest) => leaseUntil < clock();

  /** Keeps an answer that is final; one that may differ next time frees the key. */
  async function end({ id, claim, tenant }: Held, answer: Answer): Promise<void> {
    if (answer.status >= 500 || answer.status === 429) return requests.release(id, claim);
    return requests.settle(id, claim, vault.seal(placeOf(tenant, id), JSON.stringify(answer)));
  }

  return { begin, end };
}

const otherBody = () =>
  new AppError('invalid', 'IDEMPOTENCY_KEY', '幂等键已用于另一个请求', { details: { 'Idempotency-Key': ['该幂等键已用于内容不同的请求'] } });

const stillRunning = () => new AppError('conflict', 'IDEMPOTENCY_RUNNING', '相同幂等键的请求正在处理中，请稍后重试', { retryAfterMs: 1_000 });
