import { webhookCatalogue } from '@crossdock/contracts';
import type { EndpointServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { Calls } from '@crossdock/rpc';
import { etagOf, ifRevision } from '../etag.ts';
import { idempotencyFields } from '../idempotent-routes.ts';
import { linkPages, pagesOf } from '../link.ts';
import { must } from '../must.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { success } from './family.ts';
import * as schemas from './schemas.ts';
import { attemptView, createdEndpoint, endpointView, pageView } from './views.ts';
import { optionsOf } from './webhook-options.ts';
import { rotateSecret, updateWebhook } from './webhook-schemas.ts';
import { eventTypeView } from './webhook-views.ts';

const reads = { permission: 'webhooks:read' } as const;
const writes = { permission: 'webhooks:write' } as const;
/** A receiver has 15 s for its answer. */
const VERIFY_MS = 18_000;

export function webhookRoutes(scope: Scope, endpoints: Calls<EndpointServiceService>): void {
  const webhooks = '/connectors/:connector_id/webhooks';
  const one = `${webhooks}/:webhook_id`;
  const params = schemas.webhookParams;
  const pathOf = ({ params: ids }: { params: { connector_id: string; webhook_id: string } }) => ({
    connectorId: ids.connector_id,
    id: ids.webhook_id,
  });

  scope.get('/webhooks/event-types', { config: reads }, async () =>
    success({ items: webhookCatalogue().map(eventTypeView) }),
  );

  const creating = { params: schemas.connectorParams, body: schemas.createWebhook };
  scope.post(webhooks, { config: { ...writes, idempotent: true }, schema: creating }, async (req, reply) => {
    const { url, events, secret } = req.body;
    const asked = { url, events, secret, options: optionsOf(req.body), ...idempotencyFields(req) };
    const request = { connectorId: req.params.connector_id, ...asked };
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

  scope.get(one, { config: reads, schema: { params } }, async (req, reply) => {
    const { endpoint } = await endpoints.getEndpoint(pathOf(req), callerOf(req));
    return reply.header('etag', etagOf(must(endpoint).revision)).send(success(endpointView(must(endpoint))));
  });

  scope.patch(one, { config: writes, schema: { params, body: updateWebhook } }, async (req, reply) => {
    const { url, events, status } = req.body;
    const change = {
      ...pathOf(req),
      url,
      events: events && { values: events },
      status,
      options: optionsOf(req.body),
      ifRevision: ifRevision(req.headers['if-match']),
    };
    const { endpoint } = await endpoints.updateEndpoint(change, callerOf(req));
    return reply.header('etag', etagOf(must(endpoint).revision)).send(success(endpointView(must(endpoint))));
  });

  scope.delete(one, { config: writes, schema: { params } }, async (req, reply) => {
    const seen = ifRevision(req.headers['if-match']);
    await endpoints.deleteEndpoint({ ...pathOf(req), ifRevision: seen }, callerOf(req));
    return reply.code(204).send();
  });

  const bare = { config: { ...writes, bodyOptional: true }, schema: { params, body: schemas.noBody } } as const;
  for (const [verb, status] of [
    ['pause', 'paused'],
    ['resume', 'enabled'],
  ] as const) {
    scope.post(`${one}/${verb}`, bare, async (req, reply) => {
      const change = { ...pathOf(req), status, events: undefined, options: undefined };
      const { endpoint } = await endpoints.updateEndpoint(change, callerOf(req));
      return reply.header('etag', etagOf(must(endpoint).revision)).send(success(endpointView(must(endpoint))));
    });
  }

  const rotating = {
    config: { ...writes, bodyOptional: true, idempotent: true },
    schema: { params, body: rotateSecret },
  } as const;
  scope.post(`${one}/rotate-secret`, rotating, async (req, reply) => {
    const { secret, overlap_seconds: overlapSeconds } = req.body;
    const request = { ...pathOf(req), secret, overlapSeconds, ...idempotencyFields(req) };
    const { endpoint } = await endpoints.rotateSecret(request, callerOf(req));
    const { secret: made } = must(endpoint);
    return reply
      .header('cache-control', 'no-store')
      .send(success({ ...endpointView(must(endpoint)), ...(made === '' ? {} : { secret: made }) }));
  });

  scope.post(`${one}/verify`, bare, async (req) => {
    const { attempt } = await endpoints.verifyEndpoint(pathOf(req), { ...callerOf(req), deadlineMs: VERIFY_MS });
    const { number: _number, trigger: _trigger, next_attempt_at: _next, ...result } = attemptView(must(attempt));
    return success({ ok: result.blame === null, ...result });
  });
}
