import type { EndpointServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { Calls } from '@crossdock/rpc';
import { idempotencyFields } from '../idempotent-routes.ts';
import { linkPages, pagesOf } from '../link.ts';
import { must } from '../must.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { success } from './family.ts';
import * as schemas from './schemas.ts';
import { createdEndpoint, endpointView, pageView } from './views.ts';

const reads = { permission: 'webhooks:read' } as const;
const writes = { permission: 'webhooks:write' } as const;

export function webhookRoutes(scope: Scope, endpoints: Calls<EndpointServiceService>): void {
  const webhooks = '/connectors/:connector_id/webhooks';
  const params = schemas.webhookParams;

  const creating = { params: schemas.connectorParams, body: schemas.createWebhook };
  scope.post(webhooks, { config: { ...writes, idempotent: true }, schema: creating }, async (req, reply) => {
    const { url, events, secret } = req.body;
    const request = { connectorId: req.params.connector_id, url, events, secret, ...idempotencyFields(req) };
    const { endpoint } = await endpoints.createEndpoint(request, callerOf(req));
    return reply
      .code(201)
      .header('cache-control', 'no-store')
      .send(success(createdEndpoint(must(endpoint)), 'Webhook 创建成功', 201));
  });

  scope.get(
    webhooks,
    { config: reads, schema: { params: schemas.connectorParams, querystring: schemas.listWebhooks } },
    async (req, reply) => {
      const { page, page_size: pageSize } = req.query;
      const { items, total } = await endpoints.listEndpoints(
        { connectorId: req.params.connector_id, page, pageSize },
        callerOf(req),
      );
      linkPages(req, reply, page, pagesOf(total, pageSize));
      return success(pageView(items.map(endpointView), total, page, pageSize));
    },
  );

  scope.get(`${webhooks}/:webhook_id`, { config: reads, schema: { params } }, async (req) => {
    const { endpoint } = await endpoints.getEndpoint(
      { connectorId: req.params.connector_id, id: req.params.webhook_id },
      callerOf(req),
    );
    return success(endpointView(must(endpoint)));
  });

  scope.delete(`${webhooks}/:webhook_id`, { config: writes, schema: { params } }, async (req, reply) => {
    await endpoints.deleteEndpoint({ connectorId: req.params.connector_id, id: req.params.webhook_id }, callerOf(req));
    return reply.code(204).send();
  });
}
