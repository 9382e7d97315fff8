import { failpoint, isPlatformError, type Clock, type FailureClass, type Logger } from '@crossdock/kernel';
import type { Grant, PlatformAdapter, Platforms } from '@crossdock/platforms';
import { type Caller, systemCaller } from '../domain/connector.ts';
import type { AuthorizationOutcome, OauthState } from '../domain/oauth-state.ts';
import { nextProbeAt } from '../domain/probe.ts';
import { moved } from '../domain/status.ts';
import { newStreak } from '../domain/streak.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import { adapterOf } from './adapter-of.ts';
import type { CallBudgets } from './call-budgets.ts';
import type { ConnectorChanges } from './change.ts';
import type { ConnectorSecrets } from './secrets.ts';

export interface ExchangeDeps {
  connectors: ConnectorStore;
  changes: ConnectorChanges;
  platforms: Platforms;
  secrets: ConnectorSecrets;
  budgets: Pick<CallBudgets, 'gate'>;
  clock: Clock;
  log: Logger;
}

/** What the platform's redirect brought: a code, or its own refusal. */
export interface Answered {
  code: string;
  error: string;
  /** Where the platform was told to send the merchant back to. */
  redirectUri: string;
}

const REFUSED: Partial<Record<FailureClass, AuthorizationOutcome>> = {
  CONFIG: 'app_refused',
  RETRYABLE: 'platform_away',
  RATE_LIMITED: 'platform_away',
};

/** Within the lease of the exchange, after the call that may take most of it. */
const KIND_MS = 4_000;

/** Makes a code the connector's credential, for whoever claimed the state. */
export function codeExchange({ connectors, changes, platforms, secrets, budgets, clock, log }: ExchangeDeps) {
  async function exchange(state: OauthState, { code, error, redirectUri }: Answered): Promise<AuthorizationOutcome> {
    // Whatever else a platform calls an error (RFC 6749 §4.1.2.1) is none of the merchant's.
    if (error !== '') return error === 'access_denied' ? 'denied' : 'failed';
    const connector = await connectors.beginExchange(state.tenant, state.connectorId);
    if (connector === null) return 'connector_deleted';
    await failpoint('registry.oauth.fenced');
    if (connector.configVersion !== state.configVersion) return 'expired_state';
    // Whoever stood still this long was given up, and a newer authorisation may be under way.
    if (state.leaseUntil !== null && state.leaseUntil <= clock()) return 'failed';
    const adapter = adapterOf(platforms, connector);
    const config = secrets.openConfig(connector, adapter.configFields);
    try {
      const grant = await adapter.exchangeCode({ config, code, redirectUri, now: clock });
      await failpoint('registry.oauth.exchanged');
      if (grant.accountId !== connector.shopId || !(await isOfPlatform(adapter, config, grant))) return 'wrong_shop';
      return await store(state, connector.exchangeFence, grant);
    } catch (err) {
      if (!isPlatformError(err)) throw err;
      log.warn(
        { connector: connector.id, failure: err.failure, code: err.code },
        'the platform refused the authorisation code',
      );
      return REFUSED[err.failure] ?? 'failed';
    }
  }

  /** False for a shop of another platform behind the same gateway. When the platform does not say in time it is taken for ours: the health checks look again. */
  async function isOfPlatform(
    adapter: PlatformAdapter,
    config: Record<string, string>,
    grant: Grant,
  ): Promise<boolean> {
    const signal = AbortSignal.timeout(KIND_MS);
    const call = budgets.gate(adapter.platform, adapter.appKeyOf(config));
    try {
      return adapter.accepts(await adapter.probe({ config, accessToken: grant.accessToken, call, now: clock, signal }));
    } catch (err) {
      if (isPlatformError(err) || signal.aborted) return true;
      throw err;
    }
  }

  /** Credential, state id and status in one write, unless a newer exchange began or the app changed meanwhile. */
  async function store(state: OauthState, fence: number, grant: Grant): Promise<AuthorizationOutcome> {
    const caller: Caller = { ...systemCaller(state.tenant), ...(state.actor !== '' && { actor: state.actor }) };
    const after = await changes.change(state.tenant, state.connectorId, (before, now) => {
      const move = moved(before, 'authorized', null);
      if (move === null || before.exchangeFence !== fence || before.configVersion !== state.configVersion) return null;
      return {
        patch: {
          ...move,
          shopName: grant.accountName,
          credential: secrets.sealGrant(before, grant, now),
          credentialVersion: before.credentialVersion + 1,
          authorization: { stateId: state.id, at: now },
          calls: [],
          standing: null,
          streak: newStreak(now),
          nextProbeAt: nextProbeAt(now, Math.random()),
        },
        action: 'connector.authorize',
        caller,
      };
    });
    return after?.authorization?.stateId === state.id ? 'connected' : 'failed';
  }

  return exchange;
}

export type CodeExchange = ReturnType<typeof codeExchange>;
