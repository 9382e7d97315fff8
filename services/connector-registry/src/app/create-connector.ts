import { AppError, failpoint, invalidField, keyReused, newId, type Clock } from '@crossdock/kernel';
import type { PlatformAdapter, Platforms } from '@crossdock/platforms';
import { type Caller, type Connector, NO_STATISTICS } from '../domain/connector.ts';
import { Faults, intervalFault, nameFault } from '../domain/connector-fields.ts';
import { freeSlot, type Quotas } from '../domain/slots.ts';
import { newStreak } from '../domain/streak.ts';
import type { ConnectorStore } from '../store/connectors.ts';
import { auditView } from './audit-view.ts';
import { checkNewConfig } from './connector-config.ts';
import { auditEvent, changeEvents } from './connector-events.ts';
import type { ConnectorSecrets } from './secrets.ts';

export interface NewConnector {
  name: string;
  platform: string;
  config: Record<string, unknown>;
  syncIntervalMinutes: number;
  /** '' without one. */
  idempotencyKey: string;
  bodyHash: string;
}

export interface CreateDeps {
  connectors: ConnectorStore;
  platforms: Platforms;
  secrets: ConnectorSecrets;
  quotas: Quotas;
  /** An address that begins the connector's authorisation. */
  beginAuthorization: (connector: Connector, caller: Caller) => Promise<string>;
  nudge: (connectorId: string) => void;
  clock: Clock;
}

const KEY_LIFE_MS = 24 * 3_600_000;

const quotaSpent = () => new AppError('quota', 'QUOTA_003', '连接器数量已达订阅方案上限');
const shopTaken = () => new AppError('conflict', 'CONNECTOR_001', '该平台店铺已存在连接器');

/** A new pending connector and where to authorise it. The store's unique indexes decide among creates at the same time. */
export function connectorCreation(deps: CreateDeps) {
  const { connectors, platforms, secrets, quotas, beginAuthorization, nudge, clock } = deps;

  async function createConnector(
    caller: Caller,
    request: NewConnector,
  ): Promise<{ connector: Connector; authUrl: string }> {
    const connector = await createOnce(caller, request, draftOf(caller, request));
    await failpoint('registry.create.stored');
    return { connector, authUrl: await beginAuthorization(connector, caller) };
  }

  /** After every refusal the key is looked up first: the one who won may be this very request. */
  async function createOnce(caller: Caller, request: NewConnector, draft: Connector): Promise<Connector> {
    let refusal: AppError | null = null;
    for (;;) {
      const earlier = await madeBefore(caller.tenant, request);
      if (earlier !== null) return earlier;
      if (refusal !== null) throw refusal;
      const slot = freeSlot(await connectors.usedSlots(caller.tenant), quotas.limitOf(caller.tenant), Math.random());
      if (slot === null) {
        refusal = (await connectors.shopExists(caller.tenant, draft.platform, draft.shopId))
          ? shopTaken()
          : quotaSpent();
        continue;
      }
      const outcome = await insert(caller, request, { ...draft, slot });
      if (outcome === 'created') return { ...draft, slot };
      if (outcome === 'shop_taken') refusal = shopTaken();
    }
  }

  async function madeBefore(tenant: string, { idempotencyKey, bodyHash }: NewConnector): Promise<Connector | null> {
    if (idempotencyKey === '') return null;
    const found = await connectors.byIdempotencyKey(tenant, idempotencyKey);
    if (found === null) return null;
    const forgotten = new Date(clock().getTime() - KEY_LIFE_MS);
    if (found.connector.createdAt < forgotten) {
      await connectors.releaseKey(tenant, idempotencyKey, forgotten);
      return null;
    }
    if (found.bodyHash !== bodyHash) throw keyReused();
    return found.connector;
  }

  async function insert(caller: Caller, { idempotencyKey, bodyHash }: NewConnector, connector: Connector) {
    const events = [
      ...changeEvents(null, connector),
      auditEvent(caller, 'connector.create', connector, null, auditView(platforms, connector)),
    ];
    const idempotency = idempotencyKey === '' ? null : { key: idempotencyKey, bodyHash };
    const outcome = await connectors.create(connector, idempotency, events);
    if (outcome === 'created') nudge(connector.id);
    return outcome;
  }

  /** Checked whole, all faults at once; its slot is taken when it is stored. */
  function draftOf({ tenant }: Caller, request: NewConnector): Connector {
    const adapter = supported(platforms, request.platform);
    const { syncIntervalMinutes } = request;
    const faults = new Faults();
    faults.add('name', nameFault(request.name));
    faults.add('sync_interval_minutes', intervalFault(syncIntervalMinutes, adapter.minSyncIntervalMinutes));
    const config = checkNewConfig(adapter, request.config, faults);
    faults.throwIfAny();
    const id = newId();
    const now = clock();
    return {
      id,
      tenant,
      name: request.name,
      platform: adapter.platform,
      shopId: adapter.shopIdOf(config),
      shopName: '',
      status: 'pending',
      statusReason: null,
      heldPause: null,
      config: secrets.sealConfig({ tenant, id }, adapter.configFields, config),
      configVersion: 1,
      syncIntervalMinutes,
      slot: 0,
      version: 1,
      revision: 1,
      credential: null,
      credentialVersion: 0,
      authorization: null,
      exchangeFence: 0,
      statistics: NO_STATISTICS,
      lastSync: null,
      streak: newStreak(now),
      calls: [],
      standing: null,
      nextProbeAt: null,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
  }

  return createConnector;
}

function supported(platforms: Platforms, platform: string): PlatformAdapter {
  const adapter = platforms.get(platform);
  if (adapter !== undefined) return adapter;
  const names = platforms.list().map((each) => each.platform);
  throw invalidField('platform', `不支持的平台，支持：${names.join('、')}`);
}
