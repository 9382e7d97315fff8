import { receiver, until } from '@crossdock/testing';
import type { CreateEndpointRequest, Delivery } from '@crossdock/contracts/grpc/webhook-dispatcher';
import { as, editOf, newEndpoint, options, type Stage, stage } from './stage.ts';

const ANY = { status: '', type: '', since: undefined, until: undefined, page: 1, pageSize: 100 };

type Change = Parameters<typeof editOf>[2];

/** A dispatcher with a clock that can run ahead, a receiver, and what a test asks of both. */
export async function cast() {
  const theatre: Stage = await stage();
  const webhooks = await receiver();
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead);
  const app = await theatre.dispatcher({ clock });

  /** A connector with one endpoint, at a path of its own. */
  async function subscribe(more: Partial<CreateEndpointRequest> = {}) {
    const connectorId = theatre.connector();
    const path = `/${connectorId}`;
    const { endpoint } = await app.endpoints.createEndpoint(
      newEndpoint(connectorId, `${webhooks.url}${path}`, more),
      as(),
    );
    const { id } = endpoint!;
    const ids = { connectorId, endpointId: id };
    const list = async (query: Partial<typeof ANY> = {}): Promise<Delivery[]> =>
      (await app.deliveries.listDeliveries({ ...ids, ...ANY, ...query }, as())).items;
    return {
      ...ids,
      created: endpoint!,
      received: () => webhooks.requests.filter((request) => request.path === path),
      read: async () => (await app.endpoints.getEndpoint({ connectorId, id }, as())).endpoint!,
      edit: async (change: Change) => {
        const { endpoint: changed } = await app.endpoints.updateEndpoint(editOf(connectorId, id, change), as());
        return changed!;
      },
      list,
      detail: (deliveryId: string) => app.deliveries.getDelivery({ ...ids, id: deliveryId }, as()),
      resend: async (deliveryId: string, idempotencyKey = '') => {
        const request = { ...ids, id: deliveryId, idempotencyKey };
        return (await app.deliveries.resendDelivery(request, as())).delivery!;
      },
      /** Its deliveries, once all of them are as wanted. */
      all: (count: number, wanted: (delivery: Delivery) => boolean) =>
        until(
          async () => {
            const found = await list();
            return found.length === count && found.every(wanted) ? found : null;
          },
          { what: `${count} deliveries`, timeoutMs: 60_000 },
        ),
    };
  }

  return {
    theatre,
    webhooks,
    app,
    clock,
    subscribe,
    options,
    pass: (ms: number) => void (ahead += ms),
    rows: () => theatre.db.collection<{ _id: string }>('deliveries'),
    async close() {
      await theatre.close();
      await webhooks.stop();
    },
  };
}

export type Cast = Awaited<ReturnType<typeof cast>>;
