import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AppError, type ErrorKind } from '@crossdock/kernel';
import { Registry } from 'prom-client';
import { channelsDocs } from '../src/http/docs/channels.ts';
import { commerceDocs } from '../src/http/docs/commerce/commerce.ts';
import { shopsDocs } from '../src/http/docs/shops.ts';
import { tokensDocs } from '../src/http/docs/tokens.ts';
import { buildServer } from '../src/http/server.ts';
import {
  type DocumentedOperation,
  type DocumentedRequest,
  FAMILIES,
  fetchDocuments,
  mediaOf,
  misfit,
  operationsOf,
  routesOf,
} from './documents.ts';
import { samplePeers } from './sample-peers.ts';
import { type Answer, type Gateway, type Send, startGateway } from './start-gateway.ts';

let gate: Gateway;
let documents: Awaited<ReturnType<typeof fetchDocuments>>;
let operations: DocumentedOperation[];
beforeAll(async () => {
  gate = await startGateway(samplePeers);
  documents = await fetchDocuments(gate);
  operations = documents.flatMap((document, index) => operationsOf(document, FAMILIES[index] ?? ''));
});
afterAll(() => gate[Symbol.asyncDispose]());

const described = [commerceDocs, channelsDocs, shopsDocs, tokensDocs];
const asWritten = (route: string) => route.replaceAll(/:(\w+)/g, '{$1}');

/** They ask no service. */
const ASK_NOBODY = ['GET /api/test/404', 'GET /api/v1/webhooks/event-types'];

const JSON_TYPE = { 'content-type': 'application/json' };

const ask = (operation: DocumentedOperation, send: Send) => gate.send(operation.method, operation.url, send);

/** A documented request as it is sent. */
function sendOf({ type, body }: DocumentedRequest): Send {
  if (body === undefined) return {};
  if (type === JSON_TYPE['content-type']) return { json: body };
  return { raw: new URLSearchParams(body as Record<string, string>).toString(), headers: { 'content-type': type } };
}

/** A documented header that every such answer carries, and this one does not. */
function missingHeader(answer: Answer, headers: string[]): string | null {
  const name = headers.find((each) => !['link', 'idempotency-replayed'].includes(each) && !answer.headers.has(each));
  return name === undefined ? null : `without ${name}`;
}

/** Every service refuses everything, until disposed of. */
function refusing(error: AppError): Disposable {
  const refuse = () => Promise.reject(error);
  gate.script(Object.fromEntries(Object.keys(samplePeers).map((method) => [method, refuse])));
  return { [Symbol.dispose]: () => gate.script(samplePeers) };
}

test('every route has an operation and every operation a route', async () => {
  const nothing = {} as never;
  const app = buildServer({
    peers: nothing,
    verifier: nothing,
    idempotency: nothing,
    limit: nothing,
    log: nothing,
    metrics: new Registry(),
  });
  await app.ready();
  const apart = /^\/(docs|icons|oauth|api\/v1\/channels)\b/;
  const routes = routesOf(app.printRoutes({ commonPrefix: false })).filter(({ path }) => !apart.test(path));
  await app.close();
  const named = routes.map(({ method, path }) => `${method} ${asWritten(path)}`).toSorted();
  expect(operations.map(({ name }) => name).toSorted()).toEqual(named);
  expect(described.flatMap((docs) => Object.keys(docs.operations).map(asWritten)).toSorted()).toEqual(named);
  expect(new Set(operations.map(({ id }) => id)).size).toBe(named.length);
});

test('each document is valid OpenAPI 3.1', async () => {
  for (const document of documents) {
    expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(document.openapi).toMatch(/^3\.1\./);
  }
});

test('every example fits its schema', () => {
  const faults = documents.flatMap((document) =>
    mediaOf(document).flatMap(({ where, schema, examples }) =>
      Object.entries(examples).flatMap(([name, value]) => {
        const fault = misfit(document, schema, value);
        return fault === null ? [] : [`${where} ${name}: ${fault}`];
      }),
    ),
  );
  expect(faults).toEqual([]);
});

describe('the running gateway', () => {
  test('answers every documented request as documented', async () => {
    const faults: string[] = [];
    for (const operation of operations) {
      for (const request of operation.requests) {
        const answer = await ask(operation, sendOf(request));
        const documented = operation.responses.find(({ status }) => status === answer.status);
        const fault = operation.fault(answer) ?? missingHeader(answer, documented?.headers ?? []);
        const good = operation.succeedsWith(answer.status) && fault === null;
        if (!good) faults.push(`${operation.name}, ${request.name}: ${answer.status} ${fault ?? answer.text}`);
      }
    }
    expect(faults).toEqual([]);
  });

  interface Mistake {
    status: number;
    send: Send;
    of: (operation: DocumentedOperation) => boolean;
    url?: (url: string) => string;
  }

  test('refuses as documented whatever is asked the wrong way', async () => {
    const viewer = await gate.token({ role: 'viewer' });
    const large = `"${'x'.repeat(1024 * 1024)}"`;
    const guarded = (operation: DocumentedOperation) => operation.guarded;
    const writes = ({ method }: DocumentedOperation) => method !== 'GET';
    const has = (name: string) => (operation: DocumentedOperation) => operation.parameters.includes(name);
    const strict = ({ family, requests }: DocumentedOperation) =>
      family !== 'tokens' && requests.some(({ body }) => body);
    const unknownId = (url: string) => url.replace(/019a[0-9a-f-]+/, 'x');
    const mistakes: Mistake[] = [
      { status: 400, send: { raw: '{', headers: JSON_TYPE }, of: writes },
      { status: 401, send: { token: '' }, of: guarded },
      { status: 403, send: { token: viewer }, of: (operation) => guarded(operation) && writes(operation) },
      { status: 403, send: { token: await gate.token({ aud: 'open' }) }, of: guarded },
      { status: 404, send: {}, of: has('connector_id'), url: unknownId },
      { status: 412, send: { headers: { 'if-match': '"x"' } }, of: has('If-Match') },
      { status: 413, send: { raw: large, headers: JSON_TYPE }, of: writes },
      { status: 415, send: { raw: '<x/>', headers: { 'content-type': 'application/xml' } }, of: writes },
      { status: 422, send: {}, of: has('page'), url: (url) => `${url}?page=0` },
      { status: 422, send: { json: { surprise: 1 } }, of: strict },
      { status: 422, send: { headers: { 'idempotency-key': 'ä' } }, of: has('Idempotency-Key') },
    ];
    const faults: string[] = [];
    for (const { status, send, of, url = (same: string) => same } of mistakes) {
      const asked = operations.filter(of);
      expect([status, asked.length]).not.toEqual([status, 0]);
      for (const operation of asked) {
        const { headers = {}, ...good } = sendOf(operation.requests.at(-1) as DocumentedRequest);
        const sent = { ...(send.raw === undefined ? good : {}), ...send, headers: { ...headers, ...send.headers } };
        const answer = await gate.send(operation.method, url(operation.url), sent);
        const fault = answer.status === status ? operation.fault(answer) : answer.text;
        if (fault !== null) faults.push(`${operation.name}: ${status} expected, ${answer.status} ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test('passes on every documented refusal of a service in the documented words', async () => {
    const faults: string[] = [];
    for (const [route, { refusals = [] }] of described.flatMap((docs) => Object.entries(docs.operations))) {
      const operation = operations.find(({ name }) => name === asWritten(route)) as DocumentedOperation;
      for (const { error } of refusals) {
        using _refusing = refusing(error);
        const answer = await ask(operation, sendOf(operation.requests.at(-1) as DocumentedRequest));
        const documented = operation.responses.find(({ status }) => status === answer.status);
        const words = Object.values(documented?.examples ?? {}).map((example) => JSON.stringify(example));
        if (answer.status < 400 || !words.includes(answer.text))
          faults.push(`${route}: ${answer.status} ${answer.text}`);
      }
    }
    expect(faults).toEqual([]);
  });

  test.each(['too_many', 'internal', 'unavailable'] as ErrorKind[])(
    'documents what it answers when a service says %s',
    async (kind) => {
      using _refusing = refusing(new AppError(kind, 'X', 'x'));
      const faults: string[] = [];
      for (const operation of operations.filter(({ name }) => !ASK_NOBODY.includes(name))) {
        const answer = await ask(operation, sendOf(operation.requests.at(-1) as DocumentedRequest));
        const fault = answer.status >= 429 ? operation.fault(answer) : answer.text;
        if (fault !== null) faults.push(`${operation.name}: ${answer.status} ${fault}`);
      }
      expect(faults).toEqual([]);
    },
  );
});
