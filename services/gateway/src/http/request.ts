import type { Caller } from '../app/token-verifier.ts';
import type { Permission } from '../domain/permissions.ts';
import type { Held } from '../app/idempotency.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed; a route has this or is public, else the start fails. */
    permission?: Permission;
    public?: true;
    /** The route creates or triggers: it honours Idempotency-Key. */
    idempotent?: true;
    /** No body means an empty one. */
    bodyOptional?: true;
  }
  interface FastifyRequest {
    /** Null only on public routes. */
    caller: Caller | null;
    /** Set while a keyed request is ours to answer. */
    held: Held | null;
  }
}

/** Tenant and actor of an authenticated request, as every call to a service carries them. */
export function callerOf({ caller }: { caller: Caller | null }): { tenant: string; actor: string } {
  if (caller === null) throw new Error('asked for the caller of a public route');
  return { tenant: caller.tenant, actor: caller.actor };
}
