import { sandboxControl, startSandbox } from '@crossdock/sandbox';
import { createPlatforms, type PlatformAdapter, type RecordSource } from '../src/index.ts';
import { sessionOn } from './adapter-contract.ts';
import type { Entity } from './taobao-world.ts';

export type Name = 'tmall' | 'taobao';

const SHOP = '2200000000123456789';
const REDIRECT = 'http://127.0.0.1:9/callback';

/** A shop of the sandbox, authorised through the adapter as a merchant would. */
export async function sandboxShop(platform: Name, rows: Partial<Record<Entity, number>>) {
  const sandbox = await startSandbox({ port: 0, controlPort: 0 });
  const control = sandboxControl(sandbox.controlUrl);
  const base = `${sandbox.url}/taobao`;
  const platforms = createPlatforms({ taobao: { authUrl: base, apiUrl: `${base}/router/rest` } });
  const adapter = platforms.get(platform) as PlatformAdapter;
  await control.putShop(platform, SHOP, { seed: 7, ...rows });
  const config = { app_key: 'sandbox-app', app_secret: 'sandbox-secret', shop_id: SHOP };
  const now = () => new Date();

  const url = adapter.authorizeUrl({ config, redirectUri: REDIRECT, state: 's1' });
  const decided = await fetch(`${base}/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams([...new URL(url).searchParams, ['shop_id', SHOP], ['decision', 'approve']]),
  });
  const code = new URL(decided.headers.get('location') as string).searchParams.get('code') as string;
  const grant = await adapter.exchangeCode({ config, code, redirectUri: REDIRECT, now });

  return {
    adapter,
    control,
    grant,
    shopId: SHOP,
    config,
    now,
    sourceOf: (entity: Entity) => adapter.sources[entity] as RecordSource,
    session: (more: Parameters<typeof sessionOn>[1] = {}) =>
      sessionOn({ config, now }, { accessToken: grant.accessToken, ...more }),
    async [Symbol.asyncDispose]() {
      await platforms.close();
      await sandbox.stop();
    },
  };
}
