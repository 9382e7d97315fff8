import type { StateDir } from '../state-dir.ts';
import { bucket, type Bucket } from './bucket.ts';
import type { Gateway } from './platforms.ts';

const SECRET = 'sandbox-secret';

/** Every platform knows each app whose key begins so. */
export const isKnownApp = (key: string): boolean => key.startsWith('sandbox-');

/** The secret of an app, or undefined when the platform does not know it. */
export const secretOf = (key: string): string | undefined => (isKnownApp(key) ? SECRET : undefined);

export type Apps = ReturnType<typeof appStore>;

/** The call limits of apps: one bucket for all shops of an app. */
export function appStore(dir: StateDir) {
  const rates = new Map(dir.read<[string, number][]>('apps') ?? []);
  const buckets = new Map<string, Bucket>([...rates].map(([key, rate]) => [key, bucket(rate)]));
  return {
    bucket: (gateway: Gateway, appKey: string): Bucket | undefined => buckets.get(`${gateway}/${appKey}`),

    /** 0 or null lifts the limit. */
    setRate(gateway: Gateway, appKey: string, ratePerSecond: number | null): void {
      const key = `${gateway}/${appKey}`;
      if (rates.get(key) === ratePerSecond) return;
      if (ratePerSecond) {
        rates.set(key, ratePerSecond);
        buckets.set(key, bucket(ratePerSecond));
      } else {
        rates.delete(key);
        buckets.delete(key);
      }
      dir.write('apps', [...rates]);
    },

    clear() {
      rates.clear();
      buckets.clear();
    },
  };
}
