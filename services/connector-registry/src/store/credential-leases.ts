import type { Model } from 'mongoose';
import type { Connector, Credential } from '../domain/connector.ts';
import { type ConnectorRow, fromRow, INTERNAL, living } from './connector-row.ts';

/** `failures`: how often in a row this version was not renewed before. */
export interface HeldRefresh {
  fence: number;
  failures: number;
}

/** Who may renew a credential: one at a time, each under a fence that grows. */
export const credentialLeases = (rows: Model<ConnectorRow>) => ({
  /** The lease under which this version of the credential may be refreshed, or null while somebody else does (or it has moved on). */
  async claimRefresh(
    { tenant, id, credentialVersion }: Connector,
    now: Date,
    until: Date,
  ): Promise<HeldRefresh | null> {
    const row = (await rows.findOneAndUpdate(
      { ...living(tenant, id), credentialVersion, credential: { $ne: null }, 'refresh.until': { $lt: now } },
      { $set: { 'refresh.until': until, 'refresh.held': true }, $inc: { 'refresh.fence': 1 } },
      { returnDocument: 'after', projection: { refresh: 1 }, lean: true },
    )) as ConnectorRow | null;
    if (row === null) return null;
    const { fence, failed } = row.refresh;
    return { fence, failures: failed?.version === credentialVersion ? failed.times : 0 };
  },

  /** How long the platform is to be left alone before this version is tried again; 0 where somebody is at it. */
  async refreshPause({ tenant, id, credentialVersion }: Connector, now: Date): Promise<number> {
    const resting = { ...living(tenant, id), credentialVersion, 'refresh.held': false, 'refresh.until': { $gt: now } };
    const row = await rows.findOne(resting, { refresh: 1 }).lean<ConnectorRow>();
    return row === null ? 0 : row.refresh.until.getTime() - now.getTime();
  },

  /** Stores what a refresh brought and ends its lease; null when the fence or the credential moved on, or is gone. */
  async storeRefreshed(
    { tenant, id, credentialVersion }: Connector,
    fence: number,
    credential: Credential,
  ): Promise<Connector | null> {
    const row = await rows.findOneAndUpdate(
      { ...living(tenant, id), credentialVersion, credential: { $ne: null }, 'refresh.fence': fence },
      {
        $set: {
          credential,
          credentialVersion: credentialVersion + 1,
          'refresh.until': new Date(0),
          'refresh.held': false,
        },
      },
      { returnDocument: 'after', projection: INTERNAL, lean: true },
    );
    return fromRow(row as ConnectorRow | null);
  },

  /** Gives the lease back; the next try is not before `until`. */
  async releaseRefresh(
    { tenant, id, credentialVersion }: Connector,
    { fence, failures }: HeldRefresh,
    until: Date,
  ): Promise<void> {
    const failed = { version: credentialVersion, times: failures };
    await rows.updateOne(
      { _id: id, tenant, 'refresh.fence': fence },
      { $set: { 'refresh.until': until, 'refresh.held': false, 'refresh.failed': failed } },
    );
  },

  /** Living connectors whose credential ends before `end` and that nobody renews just now, the nearest first. */
  async endingBefore(end: Date, now: Date, limit: number): Promise<Connector[]> {
    const found = await rows
      .find({ deletedAt: null, 'credential.expiresAt': { $lt: end }, 'refresh.until': { $lt: now } }, INTERNAL)
      .sort({ 'credential.expiresAt': 1 })
      .limit(limit)
      .lean<ConnectorRow[]>();
    return found.flatMap((row) => fromRow(row) ?? []);
  },
});
