import type { FaultKind } from '../edge/faults.ts';
import type { RequestEntry } from '../edge/requests.ts';
import type { PlatformName } from '../shops/platforms.ts';
import type { EntityName } from '../shops/entities.ts';
import type { MutationOp } from '../shops/rows.ts';
import type { ShopSettings } from '../shops/shops.ts';
import type { Decision, Ended } from './merchant.ts';

export interface Truth {
  total: number;
  /** Over the ids as texts, sorted as texts, joined by line feeds. */
  sha256: string;
}

export interface TruthItem {
  id: string;
  updated_at: string;
  /** Yuan, of products and orders. */
  amount?: string;
}

export interface NewFault {
  platform: PlatformName;
  kind: FaultKind;
  match?: string;
  after?: number;
  times?: number;
  value?: number | string;
}

export interface Mutation {
  shop_id: string;
  entity: EntityName;
  op: MutationOp;
  count?: number;
  ids?: string[];
}

/** `at` is ISO 8601, to the millisecond. */
export type RecordedRequest = Omit<RequestEntry, 'at' | 'gateway'> & { at: string };

export type SandboxControl = ReturnType<typeof sandboxControl>;

/** The control port as functions; a refusal throws its reason. */
export function sandboxControl(controlUrl: string) {
  async function send<T>(method: string, path: string, body?: object): Promise<T> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${controlUrl}/control${path}`, { method, ...init });
    const json: unknown = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${(json as { error: string }).error}`);
    return json as T;
  }
  const shopPath = (platform: PlatformName, shopId: string) => `/${platform}/shops/${encodeURIComponent(shopId)}`;

  return {
    putShop: (platform: PlatformName, shopId: string, settings: Partial<ShopSettings>) =>
      send<ShopSettings & { shop_id: string; platform: PlatformName }>('PUT', shopPath(platform, shopId), settings),
    putApp: (platform: PlatformName, appKey: string, settings: { rate_per_second: number | null }) =>
      send<object>('PUT', `/${platform}/apps/${encodeURIComponent(appKey)}`, settings),
    mutate: (platform: PlatformName, mutation: Mutation) =>
      send<{ ids: string[]; updated_at: string }>('POST', `/${platform}/mutate`, mutation),
    truth: (platform: PlatformName, shopId: string, entity: EntityName = 'products') =>
      send<Truth>('GET', `${shopPath(platform, shopId)}/${entity}`),
    truthItems: (platform: PlatformName, shopId: string, entity: EntityName = 'products') =>
      send<Truth & { items: TruthItem[] }>('GET', `${shopPath(platform, shopId)}/${entity}?items=true`),
    addFault: (fault: NewFault) => send<object>('POST', '/faults', fault),
    clearFaults: (match?: string) =>
      send<{ deleted: number }>(
        'DELETE',
        match === undefined ? '/faults' : `/faults?match=${encodeURIComponent(match)}`,
      ),
    authorize: (decision: Decision) => send<Ended>('POST', '/authorize', decision),
    requests: async (filter: { platform?: PlatformName; match?: string; since?: string } = {}) =>
      (await send<{ items: RecordedRequest[] }>('GET', `/requests?${new URLSearchParams(filter).toString()}`)).items,
    moveClock: (to: { advance_ms: number } | { now: string }) => send<{ now: string }>('POST', '/clock', to),
    reset: () => send<object>('POST', '/reset', {}),
  };
}
