import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { must } from '../must.ts';
import { PATHS, READER } from './paths.ts';
import type { RouteEntry } from './route-table.ts';
import { docsSite, type Page } from './site.ts';

/** The reader styles its elements by attribute; no script runs but its own, which makes no code of texts and calls nobody else. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
  vary: 'accept-encoding',
};

/** The documents of every family and of the events, and a reader of them; for anybody. */
export function docsRoutes(app: FastifyInstance, routes: RouteEntry[]): void {
  const site = docsSite(routes);
  for (const path of PATHS)
    app.get(path, { schema: { hide: true } }, async (req, reply) => send(must((await site())[path]), req, reply));
  app.get(`${READER}/`, { schema: { hide: true } }, async (_req, reply) => reply.redirect(READER, 308));
}

async function send({ type, body, etag }: Page, req: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  void reply.headers({ ...HEADERS, etag });
  if (req.headers['if-none-match'] === etag) return reply.code(304).send();
  void reply.type(type);
  if (!/\bgzip\b/.test(req.headers['accept-encoding'] ?? '')) return reply.send(await promisify(gunzip)(body));
  return reply.header('content-encoding', 'gzip').send(Buffer.from(body));
}
