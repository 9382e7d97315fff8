import type { ConnectorServiceService } from '@crossdock/contracts/grpc/connector-registry';
import type { Calls } from '@crossdock/rpc';
import { etagOf, ifRevision } from '../etag.ts';
import { idempotencyFields } from '../idempotent-routes.ts';
import { linkPages, pagesOf } from '../link.ts';
import { must } from '../must.ts';
import { callerOf } from '../request.ts';
import type { Scope } from '../scope.ts';
import { success } from './family.ts';
import * as schemas from './schemas.ts';
import { connectorDetail, connectorItem, connectorType, createdConnector, healthView, pageView } from './views.ts';

const reads = { permission: 'connectors:read' } as const;
const writes = { permission: 'connectors:write' } as const;

export function connectorRoutes(scope: Scope, connectors: Calls<ConnectorServiceService>): void {
  const params = schemas.connectorParams;

  scope.get('/connectors', { config: reads, schema: { querystring: schemas.listConnectors } }, async (req, reply) => {
    const { page, page_size: pageSize, status = '', platform = '' } = req.query;
    const { items, total } = await connectors.listConnectors({ page, pageSize, status, platform }, callerOf(req));
    linkPages(req, reply, page, pagesOf(total, pageSize));
    return success(pageView(items.map(connectorItem), total, page, pageSize));
  });

  scope.post(
    '/connectors',
    { config: { ...writes, idempotent: true }, schema: { body: schemas.createConnector } },
    async (req, reply) => {
      const { name, platform, config, sync_interval_minutes: minutes } = req.body;
      const request = { name, platform, config, syncIntervalMinutes: unsigned(minutes), ...idempotencyFields(req) };
      const { connector, authUrl } = await connectors.createConnector(request, callerOf(req));
      return reply.code(201).send(success(createdConnector(must(connector), authUrl), '连接器创建成功', 201));
    },
  );

  scope.get('/connectors/types', { config: reads }, async (req) => {
    const { types } = await connectors.listTypes({}, callerOf(req));
    return success(types.map(connectorType));
  });

  scope.get('/connectors/:connector_id', { config: reads, schema: { params } }, async (req, reply) => {
    const { connector } = await connectors.getConnector(
      { id: req.params.connector_id, includeDeleted: false },
      callerOf(req),
    );
    return reply.header('etag', etagOf(must(connector).revision)).send(success(connectorDetail(must(connector))));
  });

  scope.put(
    '/connectors/:connector_id',
    { config: writes, schema: { params, body: schemas.updateConnector } },
    async (req, reply) => {
      const { sync_interval_minutes: shown, ...config } = req.body.config ?? {};
      const { name, sync_interval_minutes: minutes = shown } = req.body;
      const change = {
        id: req.params.connector_id,
        name,
        config,
        syncIntervalMinutes: minutes === undefined ? undefined : unsigned(minutes),
        ifRevision: ifRevision(req.headers['if-match']),
      };
      const { connector } = await connectors.updateConnector(change, callerOf(req));
      return reply.header('etag', etagOf(must(connector).revision)).send(success(connectorDetail(must(connector))));
    },
  );

  scope.delete('/connectors/:connector_id', { config: writes, schema: { params } }, async (req, reply) => {
    await connectors.deleteConnector(
      { id: req.params.connector_id, ifRevision: ifRevision(req.headers['if-match']) },
      callerOf(req),
    );
    return reply.code(204).send();
  });

  scope.get(
    '/connectors/:connector_id/health',
    { config: reads, schema: { params, querystring: schemas.healthQuery } },
    async (req) => {
      const id = req.params.connector_id;
      return success(healthView(id, await connectors.checkHealth({ id, refresh: req.query.refresh }, callerOf(req))));
    },
  );

  const byHand = { config: { ...writes, bodyOptional: true }, schema: { params, body: schemas.noBody } } as const;
  scope.post('/connectors/:connector_id/pause', byHand, async (req) => {
    const { connector } = await connectors.pauseConnector({ id: req.params.connector_id }, callerOf(req));
    return success(connectorDetail(must(connector)));
  });

  scope.post('/connectors/:connector_id/resume', byHand, async (req) => {
    const { connector } = await connectors.resumeConnector({ id: req.params.connector_id }, callerOf(req));
    return success(connectorDetail(must(connector)));
  });

  const authorizing = { ...writes, idempotent: true, bodyOptional: true } as const;
  scope.post(
    '/connectors/:connector_id/authorize',
    { config: authorizing, schema: { params, body: schemas.noBody } },
    async (req) => {
      const { authUrl } = await connectors.authorize({ id: req.params.connector_id }, callerOf(req));
      return success({ auth_url: authUrl });
    },
  );
}

/** For the wire, which has no negative numbers: what is below zero is as far too short as nothing. */
const unsigned = (minutes: number): number => Math.max(minutes, 0);
