import type { Model } from 'mongoose';
import type { Call, Connector } from '../domain/connector.ts';
import { CALLS_KEPT, type Standing } from '../domain/standing.ts';
import { type ConnectorRow, fromRow, INTERNAL, living } from './connector-row.ts';

/** How platform calls went: no change that others are told of. */
export const callRecords = (rows: Model<ConnectorRow>) => ({
  /** Keeps the newest outcomes; null when the credential they were made with is not the current one. */
  async recordCalls({ tenant, id, credentialVersion }: Connector, calls: Call[]): Promise<Connector | null> {
    const row = await rows.findOneAndUpdate(
      { ...living(tenant, id), credentialVersion },
      { $push: { calls: { $each: calls, $slice: -CALLS_KEPT } } },
      { returnDocument: 'after', projection: INTERNAL, lean: true },
    );
    return fromRow(row as ConnectorRow | null);
  },

  /** Draws the picture anew; whoever drew another one meanwhile has seen more. */
  async recordStanding(
    { tenant, id, credentialVersion, standing: before }: Connector,
    standing: Standing | null,
  ): Promise<void> {
    const asRead = {
      credentialVersion,
      'standing.signal': before?.signal ?? null,
      'standing.since': before?.since ?? null,
    };
    await rows.updateOne({ ...living(tenant, id), ...asRead }, { $set: { standing } });
  },

  /** A connector that is due to be asked about, its next time set with it: one process gets it, and a dead one delays it by a round. */
  async claimProbe(now: Date, next: Date): Promise<Connector | null> {
    const row = await rows.findOneAndUpdate(
      { deletedAt: null, nextProbeAt: { $type: 'date', $lte: now } },
      { $set: { nextProbeAt: next } },
      { sort: { nextProbeAt: 1 }, returnDocument: 'after', projection: INTERNAL, lean: true },
    );
    return fromRow(row as ConnectorRow | null);
  },
});
