import { isAppError, isPlatformError, type Clock } from '@crossdock/kernel';
import type { Account, CallGate, Platforms } from '@crossdock/platforms';
import type { Call, Caller, Connector } from '../domain/connector.ts';
import { type Health, healthOf } from '../domain/health.ts';
import { standingAfter } from '../domain/standing.ts';
import { isAuthorized } from '../domain/status.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import { adapterOf } from './adapter-of.ts';
import type { Advise } from './advise.ts';
import type { CallBudgets } from './call-budgets.ts';
import { type ConnectorChanges, livingConnector } from './change.ts';
import type { Credentials, Usable } from './credentials.ts';

/** One platform call as its caller saw it. */
export interface ReportedCall extends Call {
  credentialVersion: number;
}

interface Probe {
  /** By somebody who wants to know now. */
  asked?: true;
  signal?: AbortSignal;
}

export interface HealthDeps {
  connectors: ConnectorStore;
  changes: ConnectorChanges;
  platforms: Platforms;
  credentials: Credentials;
  advise: Advise;
  /** A probe is a call like any other. */
  budgets: Pick<CallBudgets, 'gate' | 'remainingShare'>;
  clock: Clock;
}

const MESSAGE_LIMIT = 500;
const CODE_LIMIT = 100;

export function connectorHealth(deps: HealthDeps) {
  const { connectors, changes, platforms, credentials, advise, budgets, clock } = deps;

  const budgetLeft = (connector: Connector): Promise<number> =>
    budgets.remainingShare(connector.platform, adapterOf(platforms, connector).appKeyOf(connector.config));

  /** Reports about an older credential say nothing about the one in use. */
  async function reportCalls({ tenant }: Caller, connectorId: string, reported: ReportedCall[]): Promise<void> {
    const connector = await connectors.get(tenant, connectorId);
    if (connector === null || connector.deletedAt !== null) return;
    const { credentialVersion } = connector;
    const calls = reported.filter((call) => call.credentialVersion === credentialVersion);
    if (calls.length === 0) return;
    await record(connector, calls.map(kept));
    if (!calls.some(({ outcome }) => outcome === 'AUTH_REVOKED')) return;
    await changes.refuse(tenant, connectorId, credentialVersion, 'auth_revoked');
  }

  /** Keeps the calls, draws the picture anew, and tells of it when that is due. */
  async function record(connector: Connector, calls: Call[]): Promise<void> {
    const after = await connectors.recordCalls(connector, calls);
    if (after === null) return;
    const standing = standingAfter(after.standing, after.platform, after.calls);
    if (standing !== after.standing) await connectors.recordStanding(after, standing);
    await advise({ ...after, standing });
  }

  /** From what is known, or, with `refresh`, from a call made now: what that said stays known until the next one. */
  async function checkHealth(caller: Caller, id: string, refresh: boolean): Promise<Health> {
    const connector = await livingConnector(connectors, caller.tenant, id);
    const known = async (each: Connector) => healthOf(each, await budgetLeft(each), clock());
    if (!refresh || !isAuthorized(connector.status)) return known(connector);
    const call = await probe(caller, connector, { asked: true });
    const after = await livingConnector(connectors, caller.tenant, id);
    return known(call === null ? after : { ...after, calls: [call] });
  }

  /** The call that decided, null when none was made. A token the platform calls expired is refreshed and tried once more. */
  async function probe(caller: Caller, connector: Connector, { asked, signal }: Probe = {}): Promise<Call | null> {
    const { id } = connector;
    const at = clock();
    const made = (call: Omit<Call, 'at' | 'durationMs'>): Call => ({
      at,
      ...call,
      durationMs: clock().getTime() - at.getTime(),
      ...(asked && { asked }),
    });
    try {
      let acquired = await credentials.acquire(caller, { connectorId: id }, signal);
      let probed = acquired.state === 'ok' ? await probeWith(acquired) : null;
      if (acquired.state === 'ok' && probed?.call.outcome === 'AUTH_EXPIRED') {
        const refusedVersion = acquired.connector.credentialVersion;
        acquired = await credentials.acquire(caller, { connectorId: id, refusedVersion }, signal);
        probed = acquired.state === 'ok' ? await probeWith(acquired) : null;
      }
      if (acquired.state === 'needs_authorization') {
        const call = made({ outcome: 'AUTH_EXPIRED', code: '', message: '' });
        await record(connector, [call]);
        return call;
      }
      if (acquired.state !== 'ok' || probed === null) return null;
      const { credentialVersion } = acquired.connector;
      const call = { ...probed.call, ...(asked && { asked }) };
      await reportCalls(caller, id, [{ ...call, credentialVersion }]);
      if (!probed.isOfPlatform) await changes.refuse(caller.tenant, id, credentialVersion, 'other_platform');
      return call;
    } catch (err) {
      if (signal?.aborted) return null;
      if (!isAppError(err) || err.kind !== 'unavailable') throw err;
      const call = made({ outcome: 'RETRYABLE', code: '', message: err.message });
      await record(connector, [call]);
      return call;
    }
  }

  /** Of an account that did not show nobody says that it is another platform's. */
  async function probeWith({ connector, config, accessToken }: Usable): Promise<{ call: Call; isOfPlatform: boolean }> {
    const at = clock();
    const adapter = adapterOf(platforms, connector);
    const gate = budgets.gate(connector.platform, adapter.appKeyOf(config));
    // How long it waited for its turn says nothing of the platform.
    let durationMs = 0;
    const call: CallGate = {
      take: gate.take,
      done(made) {
        durationMs = made.durationMs;
        gate.done(made);
      },
    };
    const { account, ...outcome } = await outcomeOf(adapter.probe({ config, accessToken, call, now: clock }));
    return { call: { at, ...outcome, durationMs }, isOfPlatform: account === null || adapter.accepts(account) };
  }

  return { reportCalls, checkHealth, probe };
}

async function outcomeOf(
  call: Promise<Account>,
): Promise<Pick<Call, 'outcome' | 'code' | 'message'> & { account: Account | null }> {
  try {
    return { account: await call, outcome: 'ok', code: '', message: '' };
  } catch (err) {
    if (!isPlatformError(err)) throw err;
    return { account: null, outcome: err.failure, code: err.code, message: err.message };
  }
}

const kept = ({ credentialVersion: _, code, message, ...call }: ReportedCall): Call => ({
  ...call,
  code: code.slice(0, CODE_LIMIT),
  message: message.slice(0, MESSAGE_LIMIT),
});

export type ConnectorHealth = ReturnType<typeof connectorHealth>;
