import type { PlatformAdapter, RecordSource, SyncType } from '@crossdock/platforms';

export function sourceOf(adapter: PlatformAdapter, syncType: string): RecordSource {
  const source = adapter.sources[syncType as SyncType];
  if (source === undefined) throw new Error(`${adapter.platform} has no source of ${syncType}`);
  return source;
}
