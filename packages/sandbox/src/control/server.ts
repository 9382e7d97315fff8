import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { shopRoutes } from './shops.ts';
import { worldRoutes, type WorldDeps } from './world.ts';

/** The control port: JSON in, JSON out, a reason with each refusal. */
export function controlServer(deps: WorldDeps): FastifyInstance {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 16 * 1024 * 1024,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, allowUnionTypes: true } },
  });
  app.setErrorHandler<FastifyError>((err, _request, reply) => {
    const status = err.validation === undefined ? (err.statusCode ?? 500) : 400;
    return reply.code(status).send({ error: err.message });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `no control route ${request.method} ${request.url}` }),
  );
  // A POST without a body (reset) may still say that it is JSON.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text: string, done) => {
    try {
      done(null, text.trim() === '' ? {} : JSON.parse(text));
    } catch (err) {
      done(Object.assign(err as Error, { statusCode: 400 }));
    }
  });
  shopRoutes(app, deps);
  worldRoutes(app, deps);
  return app;
}
