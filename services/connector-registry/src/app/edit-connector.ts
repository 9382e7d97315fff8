import { AppError } from '@crossdock/kernel';
import type { PlatformAdapter, Platforms } from '@crossdock/platforms';
import type { Caller, Connector } from '../domain/connector.ts';
import { Faults, intervalFault, nameFault } from '../domain/connector-fields.ts';
import { moved } from '../domain/status.ts';
import type { ConnectorPatch } from '../store/connectors.ts';
import { adapterOf } from './adapter-of.ts';
import { type ConnectorChanges, connectorNotFound } from './change.ts';
import { checkConfigChange } from './connector-config.ts';
import type { ConnectorSecrets } from './secrets.ts';

/** Only what is there changes. */
export interface ConnectorEdit {
  name?: string | undefined;
  syncIntervalMinutes?: number | undefined;
  config: Record<string, unknown>;
  /** The revision the caller saw. */
  ifRevision?: number | undefined;
}

export interface EditDeps {
  changes: ConnectorChanges;
  platforms: Platforms;
  secrets: ConnectorSecrets;
}

export function connectorEditing({ changes, platforms, secrets }: EditDeps) {
  async function updateConnector(caller: Caller, id: string, edit: ConnectorEdit): Promise<Connector> {
    const connector = await changes.change(caller.tenant, id, (before) => {
      refuseStale(before, edit.ifRevision);
      const patch = patchOf(before, edit);
      if (Object.keys(patch).length === 0) return null;
      return { patch: { ...patch, revision: before.revision + 1 }, action: 'connector.update', caller };
    });
    if (connector === null) throw connectorNotFound();
    return connector;
  }

  /** History stays readable; tokens and secrets are gone with the same write. */
  async function deleteConnector(caller: Caller, id: string, ifRevision: number | undefined): Promise<void> {
    const connector = await changes.change(caller.tenant, id, (before, now) => {
      refuseStale(before, ifRevision);
      const identifiers = adapterOf(platforms, before).configFields.filter(({ sensitive }) => !sensitive);
      const kept = Object.fromEntries(identifiers.map(({ name }) => [name, before.config[name] ?? '']));
      const move = moved(before, 'deleted', before.statusReason);
      return { patch: { ...move, deletedAt: now, credential: null, config: kept }, action: 'connector.delete', caller };
    });
    if (connector === null) throw connectorNotFound();
  }

  function patchOf(before: Connector, { name, syncIntervalMinutes, config }: ConnectorEdit): ConnectorPatch {
    const adapter = adapterOf(platforms, before);
    const faults = new Faults();
    const patch: ConnectorPatch = {};
    if (name !== undefined && name !== before.name) {
      faults.add('name', nameFault(name));
      patch.name = name;
    }
    if (syncIntervalMinutes !== undefined && syncIntervalMinutes !== before.syncIntervalMinutes) {
      faults.add('sync_interval_minutes', intervalFault(syncIntervalMinutes, adapter.minSyncIntervalMinutes));
      patch.syncIntervalMinutes = syncIntervalMinutes;
    }
    const changed =
      Object.keys(config).length === 0
        ? {}
        : checkConfigChange(adapter, secrets.openConfig(before, adapter.configFields), config, faults);
    faults.throwIfAny();
    return Object.keys(changed).length === 0 ? patch : { ...patch, ...appChange(before, adapter, changed) };
  }

  /** What was authorised belongs to the app of before. */
  function appChange(before: Connector, adapter: PlatformAdapter, changed: Record<string, string>): ConnectorPatch {
    return {
      config: { ...before.config, ...secrets.sealConfig(before, adapter.configFields, changed) },
      configVersion: before.configVersion + 1,
      credential: null,
      ...moved(before, 'app_changed', 'reauthorization_required'),
    };
  }

  return { updateConnector, deleteConnector };
}

function refuseStale({ revision }: Connector, seen: number | undefined): void {
  if (seen !== undefined && seen !== revision)
    throw new AppError('stale', 'REVISION', '连接器已被他人修改，请刷新后重试');
}
