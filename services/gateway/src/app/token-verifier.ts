import { AppError, type Clock, type Logger, type Part } from '@crossdock/kernel';
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';

const ISSUER = 'crossdock';
const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'RS256'];
const REFETCH_MS = 5_000;
/** While there is no key at all. */
const FIRST_FETCH_MS = 500;
const CACHED_TOKENS = 10_000;

/** Who a valid token speaks for. `actor` is `user:<id>` or `client:<client_id>`. */
export interface Caller {
  tenant: string;
  actor: string;
  role: string;
  audiences: string[];
}

export interface TokenVerifier {
  /** Throws `unauthenticated`, or `unavailable` while no key was ever fetched. */
  verify(token: string): Promise<Caller>;
}

interface Verified {
  caller: Caller;
  expiresAtMs: number;
}

export interface TokenVerifierOptions {
  fetchKeys: () => Promise<JSONWebKeySet>;
  clock: Clock;
  log: Logger;
}

export const tokenInvalid = (cause?: unknown): AppError =>
  new AppError('unauthenticated', 'TOKEN_INVALID', '未授权访问', { cause });

/** Verifies without a hop: the keys are fetched at the start, and again when a token names one we do not know. */
export function tokenVerifier({ fetchKeys, clock, log }: TokenVerifierOptions): Part & TokenVerifier {
  const verified = new LRUCache<string, Verified>({ max: CACHED_TOKENS });
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let triedAtMs = -Infinity;
  let fetching: Promise<void> | undefined;

  async function fetchNow(): Promise<void> {
    triedAtMs = clock().getTime();
    try {
      keys = createLocalJWKSet(await fetchKeys());
    } catch (err) {
      log.warn({ reason: (err as Error).message }, 'signing keys not fetched');
    }
  }

  /** One fetch at a time, and none soon after the last. */
  async function refetch(): Promise<void> {
    const pause = keys === undefined ? FIRST_FETCH_MS : REFETCH_MS;
    if (fetching === undefined && clock().getTime() - triedAtMs < pause) return;
    fetching ??= fetchNow().finally(() => (fetching = undefined));
    await fetching;
  }

  const keyOf: JWTVerifyGetKey = async (header, token) => {
    if (keys === undefined) await refetch();
    if (keys === undefined)
      throw new AppError('unavailable', 'SERVICE_UNAVAILABLE', '服务暂时不可用，请稍后重试', { retryAfterMs: 1_000 });
    try {
      return await keys(header, token);
    } catch (err) {
      if (!(err instanceof errors.JWKSNoMatchingKey)) throw err;
      await refetch();
      return await keys(header, token);
    }
  };

  async function check(token: string): Promise<Verified> {
    const { payload } = await jwtVerify(token, keyOf, {
      issuer: ISSUER,
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'sub', 'aud', 'tenant', 'role'],
      currentDate: clock(),
    });
    const { sub = '', aud = [], exp = 0 } = payload;
    const caller = {
      tenant: String(payload['tenant']),
      actor: sub,
      role: String(payload['role']),
      audiences: [aud].flat(),
    };
    return { caller, expiresAtMs: exp * 1000 };
  }

  return {
    name: 'signing keys',
    start: refetch,
    async stop() {},
    async check() {
      if (keys === undefined) await refetch();
      return keys === undefined ? 'auth-channel has not told them yet' : null;
    },
    async verify(token) {
      const known = verified.get(token);
      if (known !== undefined && known.expiresAtMs > clock().getTime()) return known.caller;
      try {
        const fresh = await check(token);
        verified.set(token, fresh);
        return fresh.caller;
      } catch (err) {
        throw err instanceof AppError ? err : tokenInvalid(err);
      }
    },
  };
}
