import type { PlatformAdapter, RecordSource } from '@crossdock/platforms';

const sourcesOf = ({ products }: PlatformAdapter): Record<string, RecordSource> => ({ products });

/** The sync types of a platform that can be read. */
export const readableTypes = (adapter: PlatformAdapter): string[] => Object.keys(sourcesOf(adapter));

export function sourceOf(adapter: PlatformAdapter, syncType: string): RecordSource {
  const source = sourcesOf(adapter)[syncType];
  if (source === undefined) throw new Error(`${adapter.platform} has no source of ${syncType}`);
  return source;
}
