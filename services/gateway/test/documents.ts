import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer, Gateway } from './start-gateway.ts';

export const FAMILIES = ['commerce', 'channels', 'shops', 'tokens'];

// oxlint-disable-next-line typescript/no-explicit-any -- JSON as it came
type Json = any;

export interface DocumentedRequest {
  name: string;
  type: string;
  body: unknown;
}

export interface DocumentedResponse {
  status: number;
  headers: string[];
  examples: Record<string, unknown>;
}

export interface DocumentedOperation {
  family: string;
  id: string;
  /** `GET /api/v1/connectors/{connector_id}` */
  name: string;
  method: string;
  /** The path with its parameters' examples, and the query's where it has some. */
  url: string;
  guarded: boolean;
  parameters: string[];
  requests: DocumentedRequest[];
  responses: DocumentedResponse[];
  /** The documented outcome of a documented request. */
  succeedsWith(status: number): boolean;
  /** What is wrong with an answer, or null: its status, or its fields, of which none may be undocumented. */
  fault(answer: Answer): string | null;
}

/** The OpenAPI documents as the gateway serves them, to anybody. */
export const fetchDocuments = (gate: Gateway): Promise<Json[]> =>
  Promise.all(
    FAMILIES.map(async (family) => (await gate.send('GET', `/docs/${family}/openapi.json`, { token: '' })).body),
  );

export function operationsOf(document: Json, family: string): DocumentedOperation[] {
  const strict = closed(document);
  return Object.entries<Json>(strict.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) =>
      read(strict, family, method.toUpperCase(), path, operation),
    ),
  );
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
const compiled = new WeakMap<object, ValidateFunction>();

/** What of a value does not fit a schema of a document, or null. */
export function misfit({ components }: Json, schema: Json, value: unknown): string | null {
  const fits = compiled.get(schema) ?? ajv.compile({ allOf: [schema], components });
  compiled.set(schema, fits);
  return fits(value) ? null : ajv.errorsText(fits.errors);
}

const resolve = (document: Json, value: Json): Json =>
  typeof value?.$ref === 'string'
    ? value.$ref
        .slice(2)
        .split('/')
        .reduce((node: Json, key: string) => node[key], document)
    : value;

function read(document: Json, family: string, method: string, path: string, operation: Json): DocumentedOperation {
  const parameters: Json[] = operation.parameters ?? [];
  const content: [string, Json][] = Object.entries(operation.requestBody?.content ?? {});
  const responses = Object.entries(operation.responses).map(([status, response]) => ({
    status: Number(status),
    ...resolve(document, response),
  }));
  return {
    family,
    id: operation.operationId,
    name: `${method} ${path}`,
    method,
    url: urlOf(path, parameters),
    guarded: operation.security === undefined,
    parameters: parameters.map(({ name }) => name),
    requests: [
      ...(operation.requestBody?.required === true ? [] : [{ name: 'no body', type: '', body: undefined }]),
      ...content.flatMap(([type, { examples }]) =>
        Object.entries<Json>(examples).map(([name, { value }]) => ({ name: `${name} as ${type}`, type, body: value })),
      ),
    ],
    responses: responses.map(({ status, headers, content: bodies }) => ({
      status,
      headers: Object.keys(headers),
      examples: valuesOf(bodies?.['application/json']?.examples),
    })),
    succeedsWith: (status) => status < 300 || responses.length === 1,
    fault(answer) {
      const response = responses.find(({ status }) => status === answer.status);
      if (response === undefined) return `${answer.status} is not documented: ${answer.text}`;
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      const { schema } = response.content?.[type] ?? {};
      if (schema === undefined) return answer.text === '' ? null : `a body of ${type} where none is documented`;
      return misfit(document, schema, type === 'application/json' ? answer.body : answer.text);
    },
  };
}

const valuesOf = (examples: Json = {}) =>
  Object.fromEntries(Object.entries<Json>(examples).map(([name, { value }]) => [name, value]));

function urlOf(path: string, parameters: Json[]): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => parameters.find((each) => each.name === name).example);
  const search = new URLSearchParams();
  for (const { in: place, name, example } of parameters)
    if (place === 'query' && example !== undefined) search.set(name, String(example));
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}

/** The same schemas, in which an object has no fields but the named ones. */
function closed(node: Json): Json {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const open = typeof copy['properties'] === 'object' && copy['additionalProperties'] === undefined && 'type' in copy;
  return open ? { ...copy, additionalProperties: false } : copy;
}

/** Every schema with examples: the media of requests and answers, wherever they stand. */
export function mediaOf(node: Json, where = ''): { where: string; schema: Json; examples: Record<string, unknown> }[] {
  if (typeof node !== 'object' || node === null) return [];
  if (node.schema !== undefined && node.examples !== undefined)
    return [{ where, schema: node.schema, examples: valuesOf(node.examples) }];
  return Object.entries<Json>(node).flatMap(([key, value]) => mediaOf(value, `${where}/${key}`));
}

/** The lines of Fastify's `printRoutes` as a flat list, without HEAD. */
export function routesOf(printed: string): { method: string; path: string }[] {
  const above: string[] = [];
  return printed.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│├└─ ]*)(\S+) \(([^)]+)\)/.exec(line) ?? [];
    if (part === '') return [];
    const depth = indent.length / 4;
    above.splice(depth - 1, Infinity, part);
    const verbs = methods.split(', ').filter((method) => method !== 'HEAD');
    return verbs.map((method) => ({ method, path: above.join('') }));
  });
}
