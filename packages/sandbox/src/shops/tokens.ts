import { newSecret } from '@crossdock/kernel';
import type { StateDir } from '../state-dir.ts';
import type { Gateway } from './platforms.ts';

const CODE_MS = 600_000;
const ACCESS_S = 7_776_000;
const REFRESH_S = 15_552_000;

/** What a merchant granted to an app, as the pair of tokens now valid. Times are epoch milliseconds. */
export interface Token {
  gateway: Gateway;
  app: string;
  shop: string;
  access: string;
  accessUntil: number;
  refresh: string;
  refreshUntil: number;
  revoked: boolean;
  /** A refresh token is good once. */
  refreshed: boolean;
}

export interface Code {
  code: string;
  gateway: Gateway;
  app: string;
  shop: string;
  redirectUri: string;
  until: number;
}

interface Stored {
  tokens: Token[];
  codes: Code[];
}

export type Tokens = ReturnType<typeof tokenStore>;

/** Authorisation codes and tokens of every platform, written down with each change. */
export function tokenStore(dir: StateDir) {
  const stored = dir.read<Stored>('tokens') ?? { tokens: [], codes: [] };
  const byAccess = new Map(stored.tokens.map((token) => [token.access, token]));
  const byRefresh = new Map(stored.tokens.map((token) => [token.refresh, token]));
  const codes = new Map(stored.codes.map((code) => [code.code, code]));
  const save = () =>
    dir.write('tokens', { tokens: [...byAccess.values()], codes: [...codes.values()] } satisfies Stored);

  function forgetOld(nowMs: number): void {
    for (const code of codes.values()) if (code.until < nowMs) codes.delete(code.code);
    for (const token of byAccess.values()) {
      if (Math.max(token.refreshUntil, token.accessUntil) >= nowMs) continue;
      byAccess.delete(token.access);
      byRefresh.delete(token.refresh);
    }
  }

  function grant(gateway: Gateway, app: string, shop: string, nowMs: number): Token {
    const token: Token = {
      gateway,
      app,
      shop,
      access: `6100${newSecret(24)}`,
      accessUntil: nowMs + ACCESS_S * 1_000,
      refresh: `6101${newSecret(24)}`,
      refreshUntil: nowMs + REFRESH_S * 1_000,
      revoked: false,
      refreshed: false,
    };
    byAccess.set(token.access, token);
    byRefresh.set(token.refresh, token);
    save();
    return token;
  }

  return {
    /** The token whatever its state: the platform tells expired, revoked and unknown apart. */
    find: (access: string): Token | undefined => byAccess.get(access),

    issueCode(of: Omit<Code, 'code' | 'until'>, nowMs: number): string {
      forgetOld(nowMs);
      const code = newSecret(18);
      codes.set(code, { ...of, code, until: nowMs + CODE_MS });
      save();
      return code;
    },

    /** Null for a code that is unknown, used, too old, or of another app or redirect. Any try by its own app uses it up. */
    redeem(gateway: Gateway, given: { code: string; app: string; redirectUri: string }, nowMs: number): Token | null {
      const code = codes.get(given.code);
      if (code === undefined || code.gateway !== gateway || code.app !== given.app) return null;
      codes.delete(given.code);
      if (code.redirectUri === given.redirectUri && code.until >= nowMs)
        return grant(gateway, code.app, code.shop, nowMs);
      save();
      return null;
    },

    /** A new pair; the old refresh token ends, the old access token lives out its time. Null when it cannot be refreshed. */
    refresh(gateway: Gateway, given: { refresh: string; app: string }, nowMs: number): Token | null {
      const token = byRefresh.get(given.refresh);
      if (token === undefined || token.gateway !== gateway || token.app !== given.app) return null;
      if (token.revoked || token.refreshed || token.refreshUntil < nowMs) return null;
      token.refreshed = true;
      return grant(gateway, token.app, token.shop, nowMs);
    },

    /** Ends the access token, or the whole grant with its refresh token. */
    end(token: Token, what: 'access' | 'grant', nowMs: number): void {
      if (what === 'access') token.accessUntil = Math.min(token.accessUntil, nowMs - 1);
      else token.revoked = true;
      save();
    },

    clear() {
      byAccess.clear();
      byRefresh.clear();
      codes.clear();
    },
  };
}
