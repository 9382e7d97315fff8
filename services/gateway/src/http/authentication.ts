import { AppError } from '@crossdock/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { tokenInvalid, type TokenVerifier } from '../app/token-verifier.ts';
import { may } from '../domain/permissions.ts';
import type { InboundLimit } from './inbound-limit.ts';
import './request.ts';

export interface AuthenticationOptions {
  audience: string;
  verifier: TokenVerifier;
  limit: InboundLimit;
}

const forbidden = () => new AppError('forbidden', 'FORBIDDEN', '没有权限访问该资源');

/** Every route of the scope asks for a token of its audience and the route's permission, unless it is public. */
export function authenticate(scope: FastifyInstance, { audience, verifier, limit }: AuthenticationOptions): void {
  scope.addHook('onRoute', refuseUnguarded);
  scope.addHook('onRequest', async (req: FastifyRequest, reply: FastifyReply) => {
    const { config } = req.routeOptions;
    if (req.is404 || config.public === true) return;
    const caller = await verifier.verify(bearerOf(req.headers.authorization));
    await limit(caller.tenant, reply);
    if (!caller.audiences.includes(audience)) throw forbidden();
    if (config.permission === undefined || !may(caller.role, config.permission)) throw forbidden();
    req.caller = caller;
  });
}

function bearerOf(header: string | undefined): string {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '')?.[1];
  if (token === undefined) throw tokenInvalid();
  return token;
}

function refuseUnguarded({ url, config }: RouteOptions): void {
  if (config?.permission === undefined && config?.public !== true)
    throw new Error(`${url} names no permission and is not public`);
}
