import type { FastifyInstance } from 'fastify';

/** What the documents know of a route: plain data, so that a thread can be given it. */
export interface RouteEntry {
  method: string;
  /** As it is declared: `/api/v1/connectors/:connector_id`. */
  url: string;
  params: object | undefined;
  querystring: object | undefined;
  body: object | undefined;
  guarded: boolean;
  idempotent: boolean;
  bodyOptional: boolean;
}

type RouteSchemas = Partial<Pick<RouteEntry, 'params' | 'querystring' | 'body'>>;

/** Fills with the routes as they are declared; those with `hide` in their schema are no part of an API. */
export function routeTable(app: FastifyInstance): RouteEntry[] {
  const routes: RouteEntry[] = [];
  app.addHook('onRoute', ({ method, url, schema = {}, config = {} }) => {
    if (schema.hide === true) return;
    const { params, querystring, body } = schema as RouteSchemas;
    const { idempotent = false, bodyOptional = false } = config;
    const facts = { url, params, querystring, body, guarded: config.public !== true, idempotent, bodyOptional };
    for (const verb of [method].flat()) if (verb !== 'HEAD') routes.push({ method: verb, ...facts });
  });
  return routes;
}
