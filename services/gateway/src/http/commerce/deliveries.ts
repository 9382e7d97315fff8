import type { DeliveryServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { Calls } from '@crossdock/rpc';
import { linkPages, pagesOf } from '../link.ts';
import { must } from '../must.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { timeOf } from '../times.ts';
import { success } from './family.ts';
import * as schemas from './schemas.ts';
import { attemptView, deliveryView, pageView } from './views.ts';

const reads = { permission: 'webhooks:read' } as const;

export function deliveryRoutes(scope: Scope, deliveries: Calls<DeliveryServiceService>): void {
  const path = '/connectors/:connector_id/webhooks/:webhook_id/deliveries';

  scope.get(
    path,
    { config: reads, schema: { params: schemas.webhookParams, querystring: schemas.listDeliveries } },
    async (req, reply) => {
      const { page, page_size: pageSize, status = '', type = '' } = req.query;
      const { connector_id: connectorId, webhook_id: endpointId } = req.params;
      const since = timeOf(req.query.since, 'since');
      const until = timeOf(req.query.until, 'until');
      const request = { connectorId, endpointId, status, type, since, until, page, pageSize };
      const { items, total } = await deliveries.listDeliveries(request, callerOf(req));
      linkPages(req, reply, page, pagesOf(total, pageSize));
      return success(pageView(items.map(deliveryView), total, page, pageSize));
    },
  );

  scope.get(`${path}/:delivery_id`, { config: reads, schema: { params: schemas.deliveryParams } }, async (req) => {
    const { connector_id: connectorId, webhook_id: endpointId, delivery_id: id } = req.params;
    const { delivery, attempts } = await deliveries.getDelivery({ connectorId, endpointId, id }, callerOf(req));
    return success({ ...deliveryView(must(delivery)), attempts: attempts.map(attemptView) });
  });
}
