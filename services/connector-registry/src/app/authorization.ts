import { failpoint, isPlatformError, newSecret, sha256Hex, sleep, type Clock, type Logger } from '@crossdock/kernel';
import type { Grant, PlatformAdapter, Platforms } from '@crossdock/platforms';
import { type Caller, type Connector, systemCaller } from '../domain/connector.ts';
import { type AuthorizationOutcome, EXCHANGE_LEASE_MS, type OauthState, STATE_LIFE_MS } from '../domain/oauth-state.ts';
import { nextProbeAt } from '../domain/probe.ts';
import { moved } from '../domain/status.ts';
import { newStreak } from '../domain/streak.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { OauthStateStore } from '../store/oauth-states.ts';
import { adapterOf } from './adapter-of.ts';
import type { CallBudgets } from './call-budgets.ts';
import { type ConnectorChanges, livingConnector } from './change.ts';
import type { ConnectorSecrets } from './secrets.ts';

/** The platform's redirect, as it came back. */
export interface Callback {
  platform: string;
  state: string;
  code: string;
  error: string;
}

export interface Completed {
  outcome: AuthorizationOutcome | 'unknown_state';
  connector: Connector | null;
}

export interface AuthorizationDeps {
  connectors: ConnectorStore;
  states: OauthStateStore;
  changes: ConnectorChanges;
  platforms: Platforms;
  secrets: ConnectorSecrets;
  budgets: Pick<CallBudgets, 'gate'>;
  /** Where browsers find the gateway. */
  publicUrl: string;
  clock: Clock;
  log: Logger;
}

const POLL_MS = 50;
/** Within the lease of the exchange, after the call that may take most of it. */
const KIND_MS = 4_000;

export function authorizations({
  connectors,
  states,
  changes,
  platforms,
  secrets,
  budgets,
  publicUrl,
  clock,
  log,
}: AuthorizationDeps) {
  const completing = new Map<string, Promise<Completed>>();
  const redirectUri = (platform: string) => `${publicUrl}/oauth/callback/${platform}`;

  /** The platform's authorize address with a fresh state, bound to the connector as it is configured now. */
  async function begin(connector: Connector, { actor }: Caller): Promise<string> {
    const adapter = adapterOf(platforms, connector);
    const state = newSecret(32);
    await states.create({
      id: sha256Hex(state),
      tenant: connector.tenant,
      connectorId: connector.id,
      platform: connector.platform,
      configVersion: connector.configVersion,
      actor,
      status: 'issued',
      outcome: null,
      leaseUntil: null,
      expiresAt: new Date(clock().getTime() + STATE_LIFE_MS),
    });
    const config = secrets.openConfig(connector, adapter.configFields);
    return adapter.authorizeUrl({ config, redirectUri: redirectUri(connector.platform), state });
  }

  async function authorize(caller: Caller, id: string): Promise<string> {
    return begin(await livingConnector(connectors, caller.tenant, id), caller);
  }

  /** One exchange per state, however often the redirect comes: a replay waits and hears the same outcome. */
  function complete(callback: Callback): Promise<Completed> {
    const id = sha256Hex(callback.state);
    const running = completing.get(id) ?? settle(id, callback).finally(() => completing.delete(id));
    completing.set(id, running);
    return running;
  }

  /** Ends by itself: another process either finishes or its lease lapses. */
  async function settle(id: string, callback: Callback): Promise<Completed> {
    for (;;) {
      const state = await states.get(id);
      if (state === null || state.platform !== callback.platform) return { outcome: 'unknown_state', connector: null };
      if (state.outcome !== null) return told(state, state.outcome);
      const outcome = await step(state, callback);
      if (outcome !== null) return told(state, outcome);
    }
  }

  /** Null: look at the state again. */
  async function step(state: OauthState, callback: Callback): Promise<AuthorizationOutcome | null> {
    const now = clock();
    if (state.status === 'issued') {
      if (now >= state.expiresAt) return 'expired_state';
      if (callback.code === '' && callback.error === '') return 'failed';
      const leaseUntil = new Date(now.getTime() + EXCHANGE_LEASE_MS);
      const mine = await states.claim(state.id, now, leaseUntil);
      return mine ? finish({ ...state, leaseUntil }, callback) : null;
    }
    if (state.leaseUntil !== null && state.leaseUntil <= now) return states.finish(state.id, await abandoned(state));
    await sleep(POLL_MS);
    return null;
  }

  async function finish(state: OauthState, callback: Callback): Promise<AuthorizationOutcome> {
    await failpoint('registry.oauth.claimed');
    const outcome = await exchange(state, callback);
    await failpoint('registry.oauth.stored');
    return states.finish(state.id, outcome);
  }

  /** Whoever exchanged is gone: the connector tells whether it stored in time. If not, it cannot any more, and the code may be spent. */
  async function abandoned(state: OauthState): Promise<AuthorizationOutcome> {
    const connector = await connectors.beginExchange(state.tenant, state.connectorId);
    return connector?.authorization?.stateId === state.id ? 'connected' : 'failed';
  }

  async function exchange(state: OauthState, { code, error }: Callback): Promise<AuthorizationOutcome> {
    if (error !== '') return 'denied';
    const connector = await connectors.beginExchange(state.tenant, state.connectorId);
    if (connector === null) return 'failed';
    if (connector.configVersion !== state.configVersion) return 'expired_state';
    // Whoever stood still this long was given up, and a newer authorisation may be under way.
    if (state.leaseUntil !== null && state.leaseUntil <= clock()) return 'failed';
    const adapter = adapterOf(platforms, connector);
    const config = secrets.openConfig(connector, adapter.configFields);
    try {
      const grant = await adapter.exchangeCode({
        config,
        code,
        redirectUri: redirectUri(connector.platform),
        now: clock,
      });
      await failpoint('registry.oauth.exchanged');
      if (grant.accountId !== connector.shopId || !(await isOfPlatform(adapter, config, grant))) return 'wrong_shop';
      return await store(state, connector.exchangeFence, grant);
    } catch (err) {
      if (!isPlatformError(err)) throw err;
      log.warn(
        { connector: connector.id, failure: err.failure, code: err.code },
        'the platform refused the authorisation code',
      );
      return 'failed';
    }
  }

  /** False for a shop of another platform behind the same gateway. When the platform does not say in time it is taken for ours. */
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

  async function told(state: OauthState, outcome: AuthorizationOutcome): Promise<Completed> {
    return { outcome, connector: await connectors.get(state.tenant, state.connectorId) };
  }

  return { begin, authorize, complete };
}
