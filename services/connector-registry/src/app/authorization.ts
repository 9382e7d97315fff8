import { failpoint, newSecret, sha256Hex, sleep, type Clock } from '@crossdock/kernel';
import type { Platforms } from '@crossdock/platforms';
import type { Caller, Connector } from '../domain/connector.ts';
import { type AuthorizationOutcome, EXCHANGE_LEASE_MS, type OauthState, STATE_LIFE_MS } from '../domain/oauth-state.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import type { OauthStateStore } from '../store/oauth-states.ts';
import { adapterOf } from './adapter-of.ts';
import { livingConnector } from './change.ts';
import type { CodeExchange } from './exchange-code.ts';
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
  platforms: Platforms;
  secrets: ConnectorSecrets;
  exchange: CodeExchange;
  /** Where browsers find the gateway. */
  publicUrl: string;
  clock: Clock;
}

const POLL_MS = 50;

export function authorizations(deps: AuthorizationDeps) {
  const { connectors, states, platforms, secrets, exchange, publicUrl, clock } = deps;
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
    await failpoint('registry.oauth.issued');
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
    const outcome = await exchange(state, { ...callback, redirectUri: redirectUri(state.platform) });
    await failpoint('registry.oauth.stored');
    const ended = await states.finish(state.id, outcome);
    await failpoint('registry.oauth.finished');
    return ended;
  }

  /** Whoever exchanged is gone: the connector tells whether it stored in time. If not, it cannot any more, and the code may be spent. */
  async function abandoned(state: OauthState): Promise<AuthorizationOutcome> {
    const connector = await connectors.beginExchange(state.tenant, state.connectorId);
    return connector?.authorization?.stateId === state.id ? 'connected' : 'failed';
  }

  async function told(state: OauthState, outcome: AuthorizationOutcome): Promise<Completed> {
    return { outcome, connector: await connectors.get(state.tenant, state.connectorId) };
  }

  return { begin, authorize, complete };
}
