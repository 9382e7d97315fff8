import { asyncApi } from '@crossdock/contracts';
import { sha256Hex } from '@crossdock/kernel';
import reader from '@scalar/fastify-api-reference';
import Fastify from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { familyOf } from '../families.ts';
import { channelsDocs } from './channels.ts';
import { commerceDocs } from './commerce/commerce.ts';
import { describeFamily } from './openapi.ts';
import type { FamilyDocs } from './operation.ts';
import { EVENTS_DOCUMENT, EVENTS_READER, openApiPath, READER, READER_SCRIPT } from './paths.ts';
import { readerPage, type Source } from './reader-page.ts';
import type { RouteEntry } from './route-table.ts';
import { shopsDocs } from './shops.ts';
import type { Page, Site } from './site.ts';
import { tokensDocs } from './tokens.ts';

/** In the order a reader sees them. */
const FAMILY_DOCS = [commerceDocs, channelsDocs, shopsDocs, tokensDocs];

/** The reader asks whether code may be made of text, which the page forbids: told not to, it does not try. */
const SCRIPT_PROLOGUE = 'globalThis.__zod_globalConfig={jitless:true};';

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

/** Every page of the documentation. */
export async function renderSite(routes: RouteEntry[]): Promise<Site> {
  const { documents, script } = await fromLibraries(routes);
  const events: Source = { title: 'Events and webhooks', slug: 'events', url: EVENTS_DOCUMENT };
  const families = FAMILY_DOCS.filter(({ family }) => routes.some(({ url }) => familyOf(url) === family));
  const sources = [...families.map((docs) => sourceOf(docs)), events];
  const pages: [path: string, type: string, text: string][] = [
    ...FAMILY_DOCS.map(
      ({ family }) =>
        [openApiPath(family), JSON_TYPE, JSON.stringify(documents.get(family.name))] as [string, string, string],
    ),
    [EVENTS_DOCUMENT, JSON_TYPE, JSON.stringify(asyncApi())],
    [READER, HTML_TYPE, readerPage('Crossdock API', sources, READER_SCRIPT)],
    [EVENTS_READER, HTML_TYPE, readerPage('Crossdock events', [events], READER_SCRIPT)],
    [READER_SCRIPT, 'text/javascript; charset=utf-8', SCRIPT_PROLOGUE + script],
  ];
  return Object.fromEntries(
    await Promise.all(pages.map(async ([path, type, text]) => [path, await pageOf(type, text)])),
  );
}

const sourceOf = ({ family, title }: FamilyDocs): Source => ({ title, slug: family.name, url: openApiPath(family) });

/** The documents by family, and the reader's script: both are plugins of a server, so they are given one that never listens. */
async function fromLibraries(routes: RouteEntry[]): Promise<{ documents: Map<string, unknown>; script: string }> {
  const app = Fastify();
  app.setValidatorCompiler(() => () => true);
  const documents = new Map<string, () => unknown>();
  for (const docs of FAMILY_DOCS) {
    const own = routes.filter(({ url }) => familyOf(url) === docs.family);
    app.register(async (scope) => void documents.set(docs.family.name, await describeFamily(scope, docs, own)));
  }
  await app.register(reader, { routePrefix: '/reader', configuration: { content: {} } });
  const { payload } = await app.inject('/reader/js/scalar.js');
  return { documents: new Map([...documents].map(([name, make]) => [name, make()])), script: payload };
}

async function pageOf(type: string, text: string): Promise<Page> {
  return { type, body: new Uint8Array(await promisify(gzip)(text)), etag: `W/"${sha256Hex(text).slice(0, 32)}"` };
}
