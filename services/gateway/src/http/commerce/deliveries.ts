import type { DeliveryServiceService } from '@crossdock/contracts/grpc/webhook-dispatcher';
import type { Calls } from '@crossdock/rpc';
import { idempotencyFields } from '../idempotent-routes.ts';
import { linkPages, pagesOf } from '../link.ts';
import { must } from '../must.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { timeOf } from '../times.ts';
import { success } from './family.ts';
import * as schemas from './schemas.ts';
import { attemptView, deliveryView, pageView } from './views.ts';
import { recoverWebhook, recoveryParams, testWebhook } from './webhook-schemas.ts';
import { recoveryView, startedRecovery } from './webhook-views.ts';

const reads = { permission: 'webhooks:read' } as const;
const writes = { permission: 'webhooks:write' } as const;

export function deliveryRoutes(scope: Scope, deliveries: Calls<DeliveryServiceService>): void {
  const webhook = '/connectors/:connector_id/webhooks/:webhook_id';
  const path = `${webhook}/deliveries`;
  const params = schemas.webhookParams;
  const pathOf = ({ params: ids }: { params: { connector_id: string; webhook_id: string } }) => ({
    connectorId: ids.connector_id,
    endpointId: ids.webhook_id,
  });

  scope.get(path, { config: reads, schema: { params, querystring: schemas.listDeliveries } }, async (req, reply) => {
    const { page, page_size: pageSize, status = '', type = '' } = req.query;
    const since = timeOf(req.query.since, 'since');
    const until = timeOf(req.query.until, 'until');
    const request = { ...pathOf(req), status, type, since, until, page, pageSize };
    const { items, total } = await deliveries.listDeliveries(request, callerOf(req));
    linkPages(req, reply, page, pagesOf(total, pageSize));
    return success(pageView(items.map(deliveryView), total, page, pageSize));
  });

  scope.get(`${path}/:delivery_id`, { config: reads, schema: { params: schemas.deliveryParams } }, async (req) => {
    const request = { ...pathOf(req), id: req.params.delivery_id };
    const { delivery, attempts } = await deliveries.getDelivery(request, callerOf(req));
    return success({ ...deliveryView(must(delivery)), attempts: attempts.map(attemptView) });
  });

  const sending = { ...writes, bodyOptional: true, idempotent: true } as const;
  scope.post(
    `${path}/:delivery_id/resend`,
    { config: sending, schema: { params: schemas.deliveryParams, body: schemas.noBody } },
    async (req, reply) => {
      const { idempotencyKey } = idempotencyFields(req);
      const request = { ...pathOf(req), id: req.params.delivery_id, idempotencyKey };
      const { delivery } = await deliveries.resendDelivery(request, callerOf(req));
      return reply.code(202).send(success(deliveryView(must(delivery)), '重新发送已提交', 202));
    },
  );

  scope.post(`${webhook}/test`, { config: sending, schema: { params, body: testWebhook } }, async (req, reply) => {
    const { idempotencyKey } = idempotencyFields(req);
    const request = { ...pathOf(req), eventType: req.body.event_type ?? '', idempotencyKey };
    const { delivery } = await deliveries.sendTest(request, callerOf(req));
    return reply.code(202).send(success(deliveryView(must(delivery)), '测试事件已提交', 202));
  });

  const recovering = { config: { ...writes, idempotent: true }, schema: { params, body: recoverWebhook } } as const;
  scope.post(`${webhook}/recover`, recovering, async (req, reply) => {
    const { status, events: types = [], dry_run: dryRun } = req.body;
    const since = timeOf(req.body.since, 'since');
    const until = timeOf(req.body.until, 'until');
    const request = { ...pathOf(req), since, until, status, types, dryRun, ...idempotencyFields(req) };
    const { recovery } = await deliveries.startRecovery(request, callerOf(req));
    return reply.code(202).send(success(startedRecovery(must(recovery)), '重新投递任务已提交', 202));
  });

  scope.get(`${webhook}/recover/:task_id`, { config: reads, schema: { params: recoveryParams } }, async (req) => {
    const request = { ...pathOf(req), id: req.params.task_id };
    const { recovery } = await deliveries.getRecovery(request, callerOf(req));
    return success(recoveryView(must(recovery)));
  });

  scope.post(
    `${webhook}/recover/:task_id/cancel`,
    { config: { ...writes, bodyOptional: true }, schema: { params: recoveryParams, body: schemas.noBody } },
    async (req) => {
      const request = { ...pathOf(req), id: req.params.task_id };
      const { recovery } = await deliveries.cancelRecovery(request, callerOf(req));
      return success(recoveryView(must(recovery)));
    },
  );
}
