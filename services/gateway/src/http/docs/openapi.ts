import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { asSent } from './as-sent.ts';
import { HEADERS, REQUEST_HEADERS } from './headers.ts';
import type { FamilyDocs, Operation } from './operation.ts';
import { commonResponses, responsesOf } from './responses.ts';
import type { RouteEntry } from './route-table.ts';

/** An operation as @fastify/swagger leaves it, with the responses that it was handed as an extension. */
interface Drafted {
  responses: object;
  requestBody?: { required: boolean };
  'x-responses'?: object;
  'x-body-optional'?: boolean;
}

/** Declares a family's routes again in a scope with its own @fastify/swagger; answers what makes the document once the scope is ready. */
export async function describeFamily(
  scope: FastifyInstance,
  docs: FamilyDocs,
  routes: RouteEntry[],
): Promise<() => unknown> {
  await scope.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.1',
      info: { title: docs.title, version: '1.0.0', description: docs.description },
      servers: [{ url: '/', description: 'this gateway' }],
      tags: docs.tags,
      security: Object.keys(docs.securitySchemes).map((name) => ({ [name]: [] })),
      components: { securitySchemes: docs.securitySchemes as never, schemas: docs.schemas as never, headers: HEADERS },
    },
    transformObject: (drafted) => {
      const { openapiObject } = drafted as { openapiObject: Document };
      return finished(openapiObject, docs) as never;
    },
  });
  for (const route of routes) {
    const operation = docs.operations[`${route.method} ${route.url}`];
    // One that is not described shows nothing; a test names it.
    if (operation === undefined) continue;
    scope.route({
      method: route.method,
      url: route.url,
      schema: schemaOf(docs, route, operation),
      handler: async () => null,
    });
  }
  return () => scope.swagger();
}

interface Document {
  paths: Record<string, Record<string, Drafted>>;
  components: Record<string, object>;
}

/** The route's own schemas, and beside them all that only a reader needs. */
function schemaOf(docs: FamilyDocs, route: RouteEntry, operation: Operation): object {
  const { id, tag, summary, description, requests = {}, consumes } = operation;
  const examples = Object.entries(requests).map(([name, value]) => [name, { value }]);
  const headers = {
    ...(route.idempotent && { 'Idempotency-Key': REQUEST_HEADERS['Idempotency-Key'] }),
    ...(operation.ifMatch && { 'If-Match': REQUEST_HEADERS['If-Match'] }),
    ...(operation.lastEventId && { 'Last-Event-ID': REQUEST_HEADERS['Last-Event-ID'] }),
  };
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(route.guarded ? {} : { security: [] }),
    ...(route.params !== undefined && { params: route.params }),
    ...(route.querystring !== undefined && { querystring: asSent(route.querystring) }),
    ...(Object.keys(headers).length > 0 && { headers: { type: 'object', properties: headers } }),
    ...(hasFields(route.body) && { body: { ...asSent(route.body), 'x-examples': Object.fromEntries(examples) } }),
    ...(consumes !== undefined && { consumes }),
    'x-body-optional': route.bodyOptional,
    'x-responses': responsesOf(docs, route, operation),
  };
}

/** A body in which nothing may stand is not worth telling. */
const hasFields = (body: unknown): body is { properties: object } =>
  typeof body === 'object' &&
  body !== null &&
  'properties' in body &&
  Object.keys(body.properties as object).length > 0;

function finished(document: Document, docs: FamilyDocs): Document {
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    const { 'x-responses': responses = {}, 'x-body-optional': bodyOptional } = operation;
    delete operation['x-responses'];
    delete operation['x-body-optional'];
    operation.responses = responses;
    if (operation.requestBody !== undefined) operation.requestBody.required = bodyOptional !== true;
  }
  const used = JSON.stringify(document.paths);
  const common = Object.entries(commonResponses(docs)).filter(([name]) => used.includes(`/responses/${name}"`));
  document.components['responses'] = Object.fromEntries(common);
  return document;
}
