import { AppError } from '@crossdock/kernel';
import type { Caller, Connector } from '../domain/connector.ts';
import { moved, stageOf } from '../domain/status.ts';
import { newStreak } from '../domain/streak.ts';
import { type ConnectorChanges, connectorNotFound } from './change.ts';

export function connectorPausing({ changes }: { changes: ConnectorChanges }) {
  /** Again changes nothing, nor when it was paused by itself. */
  async function pauseConnector(caller: Caller, id: string): Promise<Connector> {
    const connector = await changes.change(caller.tenant, id, (before) => {
      if (stageOf(before) === 'paused') return null;
      const move = moved(before, 'paused', 'paused');
      if (move === null)
        throw new AppError('conflict', 'CONNECTOR_NOT_AUTHORIZED', '连接器没有有效的授权，没有可暂停的同步');
      return { patch: move, action: 'connector.pause', caller };
    });
    if (connector === null) throw connectorNotFound();
    return connector;
  }

  /** Begins to count failures anew, and ends a pause that is held; a connector that is not paused stays as it is. */
  async function resumeConnector(caller: Caller, id: string): Promise<Connector> {
    const connector = await changes.change(caller.tenant, id, (before, now) => {
      const move = moved(before, 'resumed', null) ?? (before.heldPause === null ? null : { heldPause: null });
      return move && { patch: { ...move, streak: newStreak(now) }, action: 'connector.resume', caller };
    });
    if (connector === null) throw connectorNotFound();
    return connector;
  }

  return { pauseConnector, resumeConnector };
}
