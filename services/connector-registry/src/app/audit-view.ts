import type { Platforms } from '@crossdock/platforms';
import type { Connector } from '../domain/connector.ts';
import { shownConfig } from './connector-config.ts';

/** What the audit keeps of a connector: what people edit, secrets absent. */
export const auditView = (
  platforms: Platforms,
  { name, platform, status, statusReason, syncIntervalMinutes, config }: Connector,
) => ({
  name,
  platform,
  status,
  status_reason: statusReason,
  sync_interval_minutes: syncIntervalMinutes,
  config: shownConfig(platforms.get(platform)?.configFields ?? [], config),
});
