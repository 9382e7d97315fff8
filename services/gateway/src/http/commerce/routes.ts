import { isUuid } from '@crossdock/kernel';
import type { FastifyInstance } from 'fastify';
import { authenticate } from '../authentication.ts';
import { strictBodies } from '../body.ts';
import { familyScope } from '../family-scope.ts';
import { idempotentRoutes } from '../idempotent-routes.ts';
import { notFound } from '../refusal.ts';
import type { ServerOptions } from '../server-options.ts';
import { connectorRoutes } from './connectors.ts';
import { deliveryRoutes } from './deliveries.ts';
import { commerceFamily } from './family.ts';
import { recordRoutes } from './records.ts';
import { syncRoutes } from './sync.ts';
import { taskEventRoutes } from './task-events.ts';
import { webhookRoutes } from './webhooks.ts';

/** The commerce family: document 000 and the routes it leaves open. */
export function commerceRoutes(
  app: FastifyInstance,
  { peers, verifier, idempotency, limit, log }: ServerOptions,
): void {
  familyScope(app, { family: commerceFamily, log }, (scope) => {
    authenticate(scope, { audience: commerceFamily.audience, verifier, limit });
    strictBodies(scope);
    idempotentRoutes(scope, idempotency, log);
    // Ids are ours: what is none is unknown before any service is asked.
    scope.addHook('onRequest', async ({ params }) => {
      for (const [name, value] of Object.entries(params as object))
        if (name.endsWith('_id') && !isUuid(String(value))) throw notFound();
    });
    connectorRoutes(scope, peers.connectors);
    syncRoutes(scope, peers.sync);
    taskEventRoutes(scope, peers.sync);
    recordRoutes(scope, peers.catalog);
    webhookRoutes(scope, peers.endpoints);
    deliveryRoutes(scope, peers.deliveries);
  });
}
