import type { Migration } from '@crossdock/mongo';

/** What connectors made by earlier versions lack. */
export const connectorMigrations: Migration[] = [
  {
    name: '0001-streak-and-next-probe',
    async up(connection) {
      const now = new Date();
      const connectors = connection.collection('connectors');
      await connectors.updateMany(
        { streak: null },
        { $set: { streak: { failures: 0, since: now }, standing: null, nextProbeAt: null } },
      );
      const authorized = { authorization: { $ne: null }, deletedAt: null, nextProbeAt: null };
      await connectors.updateMany(authorized, { $set: { nextProbeAt: now } });
      await connectors.updateMany({ 'calls.0': { $exists: true } }, { $set: { 'calls.$[].code': '' } });
      await connectors.updateMany(
        { 'credential.expiresAt': { $exists: true } },
        { $set: { 'credential.refreshExpiresAt': null } },
      );
    },
  },
];
