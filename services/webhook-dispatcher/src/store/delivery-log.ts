import type { Model, mongo } from 'mongoose';
import type { Delivery, DeliveryStatus } from '../domain/delivery.ts';
import type { WebhookType } from '../domain/webhook.ts';
import { type DeliveryRow, fromRow } from './delivery-row.ts';

export interface DeliveryFilter {
  status?: DeliveryStatus;
  type?: WebhookType;
  since?: Date;
  until?: Date;
}

/** A delivery without what it sends. */
export type DeliverySummary = Omit<Delivery, 'body'>;

/** What people read of deliveries. */
export function deliveryLog(model: Model<DeliveryRow>) {
  const rows = model.collection as unknown as mongo.Collection<DeliveryRow>;
  const projection = { body: 0 };

  return {
    async get(tenant: string, endpointId: string, id: string): Promise<DeliverySummary | null> {
      const row = await rows.findOne({ _id: id, tenant, endpointId }, { projection });
      return row === null ? null : fromRow(row);
    },

    /** Newest first. */
    async list(tenant: string, endpointId: string, query: DeliveryFilter, skip: number, limit: number) {
      const { since, until, ...equal } = query;
      const createdAt = { ...(since && { $gte: since }), ...(until && { $lt: until }) };
      const filter: mongo.Filter<DeliveryRow> = {
        tenant,
        endpointId,
        ...equal,
        ...((since ?? until) && { createdAt }),
      };
      const [found, total] = await Promise.all([
        rows.find(filter, { sort: { createdAt: -1, _id: -1 }, skip, limit, projection }).toArray(),
        rows.countDocuments(filter),
      ]);
      const items: DeliverySummary[] = found.map(fromRow);
      return { items, total };
    },
  };
}

export type DeliveryLog = ReturnType<typeof deliveryLog>;
