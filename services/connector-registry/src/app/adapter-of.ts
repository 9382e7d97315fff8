import type { PlatformAdapter, Platforms } from '@crossdock/platforms';
import type { Connector } from '../domain/connector.ts';

/** The adapter of a stored connector: its platform was known when it was made. */
export function adapterOf(platforms: Platforms, { platform }: Connector): PlatformAdapter {
  const adapter = platforms.get(platform);
  if (adapter === undefined) throw new Error(`no adapter for ${platform}`);
  return adapter;
}
