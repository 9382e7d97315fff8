import type { FastifyInstance, FastifyRequest } from 'fastify';
import { malformed, parseStrictJson } from '../domain/strict-json.ts';
import './request.ts';

export const BODY_LIMIT_BYTES = 1024 * 1024;

/** The scope takes JSON alone, read strictly. */
export function strictBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_req: FastifyRequest, bytes: Buffer) =>
    bytes.length === 0 ? undefined : parseStrictJson(bytes),
  );
  scope.addHook('preValidation', async (req) => {
    if (req.body !== undefined) return;
    const { schema, config } = req.routeOptions;
    if (config.bodyOptional === true) req.body = {};
    else if (schema?.body !== undefined) throw malformed('请求体不能为空');
  });
}
