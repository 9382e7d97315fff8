import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Event } from '@crossdock/contracts';
import { sleep } from '@crossdock/kernel';
import { type HostileKind } from '@crossdock/testing';
import { deliveryId } from '../../src/domain/delivery.ts';
import { partners } from '../chaos/partners.ts';
import { as, completed, newEndpoint, type Stage } from '../stage.ts';

const RECEIVERS = fileURLToPath(new URL('receivers.ts', import.meta.url));
const HEALTHY = 10;

/** Healthy endpoints, good neighbours and hostile ones, each of a connector of its own, and when the healthy ones were told what. */
export async function neighbours(theatre: Stage) {
  /** By event: when it was to be sent, and when it first arrived, in ms. */
  const sentAt = new Map<string, number>();
  const arrivedAt = new Map<string, number>();
  const town = await partners(({ path, webhookId }) => {
    if (path.startsWith('/good')) return {};
    if (!arrivedAt.has(webhookId)) arrivedAt.set(webhookId, performance.now());
    return {};
  });
  const child = fork(RECEIVERS, { stdio: 'inherit' });
  const [urls] = (await once(child, 'message')) as [{ kind: HostileKind; url: string }[]];

  const { service, endpoints } = await theatre.dispatcher();
  async function subscribe(url: string): Promise<{ connectorId: string; endpointId: string }> {
    const connectorId = theatre.connector();
    const { endpoint } = await endpoints.createEndpoint(newEndpoint(connectorId, url), as());
    return { connectorId, endpointId: endpoint!.id };
  }
  const healthy = await Promise.all(Array.from({ length: HEALTHY }, (_, n) => subscribe(`${town.url}/${n}`)));
  const good = await Promise.all(urls.map((_, n) => subscribe(`${town.url}/good/${n}`)));
  const hostile = await Promise.all(urls.map(({ url }) => subscribe(url)));
  await service.stop();

  /** Sends so many events in a second for so long, to these in turn, whether or not the earlier ones arrived. */
  async function tell(to: typeof healthy, perSecond: number, count: number): Promise<string[]> {
    const began = performance.now();
    const sending: Promise<void>[] = [];
    const deliveries: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const due = began + (n * 1_000) / perSecond;
      await sleep(Math.max(0, due - performance.now()));
      const { connectorId, endpointId } = to[n % to.length]!;
      const event: Event = completed(connectorId);
      sentAt.set(event.id, due);
      deliveries.push(deliveryId(endpointId, event.id));
      sending.push(theatre.bus.publish([event]));
    }
    await Promise.all(sending);
    return deliveries;
  }

  return {
    kinds: urls.length,
    tellHealthy: (perSecond: number, count: number) => tell(healthy, perSecond, count),
    tellGood: (perSecond: number, count: number) => tell(good, perSecond, count),
    tellHostile: (perSecond: number, count: number) => tell(hostile, perSecond, count),
    /** Events that arrived. */
    arrivals: () => [...arrivedAt.keys()],
    /** From when it was to be sent to its first arrival, in ms, of what was to be sent between the two times. */
    delays: (from: number, to: number): number[] =>
      [...sentAt].flatMap(([id, at]) => {
        const first = arrivedAt.get(id);
        return at < from || at >= to || first === undefined ? [] : [first - at];
      }),
    async stop(): Promise<void> {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      await town.stop();
    },
  };
}
