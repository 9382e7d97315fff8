import type { SyncServiceService } from '@crossdock/contracts/grpc/sync-orchestrator';
import type { Calls } from '@crossdock/rpc';
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
      const { task, deduplicated } = await sync.startSync(request, callerOf(req));
      return reply.code(202).send(success(submittedTask(must(task), deduplicated), '同步任务已提交', 202));
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
    const { task } = await sync.getTask(
      { connectorId: req.params.connector_id, taskId: req.params.task_id },
      callerOf(req),
    );
    return success(taskView(must(task)));
  });

  scope.post(`${tasks}/:task_id/cancel`, { config: writes, schema: { params, body: schemas.noBody } }, async (req) => {
    const { task } = await sync.cancelTask(
      { connectorId: req.params.connector_id, taskId: req.params.task_id },
      callerOf(req),
    );
    return success(taskView(must(task)));
  });

  scope.get(
    `${tasks}/:task_id/errors`,
    { config: reads, schema: { params, querystring: schemas.listErrors } },
    async (req, reply) => {
      const { page, page_size: pageSize } = req.query;
      const request = { connectorId: req.params.connector_id, taskId: req.params.task_id, page, pageSize };
      const { items, total } = await sync.listRecordErrors(request, callerOf(req));
      linkPages(req, reply, page, pagesOf(total, pageSize));
      return success(pageView(items.map(recordErrorView), total, page, pageSize));
    },
  );
}
