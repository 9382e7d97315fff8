import { AppError } from '@crossdock/kernel';
import type { CallContext } from '@crossdock/rpc';
import type { Caller } from '../domain/connector.ts';

/** Everything here belongs to a tenant: a call that names none is refused. */
export function callerOf({ tenant, actor, requestId }: CallContext): Caller {
  if (tenant === '') throw new AppError('unauthenticated', 'TENANT_MISSING', '缺少租户');
  return { tenant, actor, requestId };
}
