import { newTraceparent } from '@crossdock/kernel';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { rewriteByAudience } from './audience-rule.ts';
import { BODY_LIMIT_BYTES } from './body.ts';
import { refuseBrokenRequest } from './broken-requests.ts';
import { channelsRoutes } from './channels/routes.ts';
import { commerceRoutes } from './commerce/routes.ts';
import { routeTable } from './docs/route-table.ts';
import { docsRoutes } from './docs/routes.ts';
import { familyOf } from './families.ts';
import { iconRoutes } from './icons/routes.ts';
import { measureRequests, requestMeter, UNMATCHED } from './metrics.ts';
import { oauthCallbackRoutes } from './oauth-callback/routes.ts';
import { notFound, refuse } from './refusal.ts';
import { shopsRoutes } from './shops/routes.ts';
import { tokensRoutes } from './tokens/routes.ts';
import type { ServerOptions } from './server-options.ts';
import { requestIdOf, tracing } from './tracing.ts';
import { validatorCompiler } from './validation.ts';

export function buildServer(options: ServerOptions): FastifyInstance {
  const { log } = options;
  const meter = requestMeter(options.metrics);
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    return503OnClosing: false,
    clientErrorHandler: refuseBrokenRequest,
    genReqId: requestIdOf,
    rewriteUrl: rewriteByAudience,
    frameworkErrors: (err, req, reply) => {
      void reply.headers({ 'x-request-id': req.id, traceparent: newTraceparent() });
      refuse(familyOf(req.url), err, req, reply as unknown as FastifyReply, log);
      meter.count(UNMATCHED, req.method, reply.statusCode);
    },
  });
  app.setValidatorCompiler(validatorCompiler());
  app.decorateRequest('caller', null);
  app.decorateRequest('held', null);
  tracing(app);
  measureRequests(app, meter);
  app.setErrorHandler((err, req, reply) => refuse(familyOf(req.url), err, req, reply, log));
  app.setNotFoundHandler((req, reply) => refuse(familyOf(req.url), notFound(), req, reply, log));
  const routes = routeTable(app);
  commerceRoutes(app, options);
  channelsRoutes(app, options);
  shopsRoutes(app, options);
  tokensRoutes(app, options);
  oauthCallbackRoutes(app, options);
  iconRoutes(app);
  docsRoutes(app, routes);
  return app;
}
