import type { PlatformAdapter } from './adapter.ts';
import { createHttpClient } from './http-client.ts';
import { taobao, tmall } from './taobao/adapter.ts';

const CALL_DEADLINE_MS = 15_000;

/** Where each platform answers: from configuration, never from a tenant. */
export interface PlatformAddresses {
  /** `authUrl` is the base of `/authorize` and `/token`, `apiUrl` the gateway's whole address. */
  taobao: { authUrl: string; apiUrl: string };
}

export interface Platforms {
  get(platform: string): PlatformAdapter | undefined;
  list(): PlatformAdapter[];
  /** Waits for calls under way, then closes the connections. */
  close(): Promise<void>;
}

export function createPlatforms(addresses: PlatformAddresses): Platforms {
  const http = createHttpClient(CALL_DEADLINE_MS);
  const adapters = [tmall, taobao].map((make) => make({ http, ...addresses.taobao }));
  const byName = new Map(adapters.map((adapter) => [adapter.platform, adapter]));
  return { get: (platform) => byName.get(platform), list: () => [...adapters], close: http.close };
}
