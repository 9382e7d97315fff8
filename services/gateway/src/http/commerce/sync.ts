import type { SyncServiceService, Task } from '@crossdock/contracts/grpc/sync-orchestrator';
import type { Calls } from '@crossdock/rpc';
import type { FastifyReply } from 'fastify';
import { idempotencyFields } from '../idempotent-routes.ts';
import { linkPages, pagesOf } from '../link.ts';
import { must } from '../must.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { timeOf } from '../times.ts';
import { success } from './family.ts';
import * as schemas from './schemas.ts';
import { pageView, recordErrorView, submittedTask, taskView } from './views.ts';

const reads = { permission: 'sync:read' } as const;
const writes = { permission: 'sync:write', bodyOptional: true } as const;

const taskOf = (params: { connector_id: string; task_id: string }) => ({
  connectorId: params.connector_id,
  taskId: params.task_id,
});

const submitted = (reply: FastifyReply, { task, deduplicated }: { task?: Task | undefined; deduplicated: boolean }) =>
  reply.code(202).send(success(submittedTask(must(task), deduplicated), '同步任务已提交', 202));

export function syncRoutes(scope: Scope, sync: Calls<SyncServiceService>): void {
  const params = schemas.taskParams;
  const tasks = '/connectors/:connector_id/sync/tasks';

  const startSchema = { params: schemas.startSyncParams, body: schemas.startSync };
  scope.post(
    '/connectors/:connector_id/sync/:type',
    { config: { ...writes, idempotent: true }, schema: startSchema },
    async (req, reply) => {
      const { connector_id: connectorId, type: syncType } = req.params;
      const since = timeOf(req.body.since, 'since');
      const request = { connectorId, syncType, mode: req.body.mode, since, ...idempotencyFields(req) };
      return submitted(reply, await sync.startSync(request, callerOf(req)));
    },
  );

  scope.post(
    '/connectors/:connector_id/sync/:type/:record',
    { config: { ...writes, idempotent: true }, schema: { params: schemas.recordParams, body: schemas.noBody } },
    async (req, reply) => {
      const { connector_id: connectorId, type: syncType, record: externalId } = req.params;
      const request = { connectorId, syncType, externalId, ...idempotencyFields(req) };
      return submitted(reply, await sync.syncRecord(request, callerOf(req)));
    },
  );

  scope.get(
    tasks,
    { config: reads, schema: { params: schemas.connectorParams, querystring: schemas.listTasks } },
    async (req, reply) => {
      const { page, page_size: pageSize, type: syncType = '', status = '' } = req.query;
      const request = { connectorId: req.params.connector_id, syncType, status, page, pageSize };
      const { items, total } = await sync.listTasks(request, callerOf(req));
      linkPages(req, reply, page, pagesOf(total, pageSize));
      return success(pageView(items.map(taskView), total, page, pageSize));
    },
  );

  scope.get(`${tasks}/:task_id`, { config: reads, schema: { params } }, async (req) => {
    const { task } = await sync.getTask(taskOf(req.params), callerOf(req));
    return success(taskView(must(task)));
  });

  scope.post(`${tasks}/:task_id/cancel`, { config: writes, schema: { params, body: schemas.noBody } }, async (req) => {
    const { task } = await sync.cancelTask(taskOf(req.params), callerOf(req));
    return success(taskView(must(task)));
  });

  scope.post(
    `${tasks}/:task_id/errors/retry`,
    { config: { ...writes, idempotent: true }, schema: { params, body: schemas.retryErrors } },
    async (req, reply) => {
      const externalIds = req.body.external_ids ?? [];
      const request = { ...taskOf(req.params), externalIds, ...idempotencyFields(req) };
      return submitted(reply, await sync.retryRecordErrors(request, callerOf(req)));
    },
  );

  const deciding = { config: { ...writes, idempotent: true }, schema: { params, body: schemas.noBody } } as const;
  scope.post(`${tasks}/:task_id/approve`, deciding, async (req, reply) =>
    submitted(reply, await sync.approveDeletions(taskOf(req.params), callerOf(req))),
  );

  scope.post(`${tasks}/:task_id/discard`, deciding, async (req) => {
    const { task } = await sync.discardDeletions(taskOf(req.params), callerOf(req));
    return success(taskView(must(task)));
  });

  scope.get(
    `${tasks}/:task_id/errors`,
    { config: reads, schema: { params, querystring: schemas.listErrors } },
    async (req, reply) => {
      const { page, page_size: pageSize, code = '', field = '', external_id: externalId = '' } = req.query;
      const request = { ...taskOf(req.params), page, pageSize, code, field, externalId };
      const { items, total } = await sync.listRecordErrors(request, callerOf(req));
      linkPages(req, reply, page, pagesOf(total, pageSize));
      return success(pageView(items.map(recordErrorView), total, page, pageSize));
    },
  );
}
