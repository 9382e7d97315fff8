import { AppError, invalidField } from '@crossdock/kernel';
import type { Principal } from './accounts.ts';

const ISSUER = 'crossdock';
export const SESSION_SECONDS = 86_400;
export const CLIENT_TOKEN_SECONDS = 3_600;

/** How long a retired key may still have to verify. */
export const LONGEST_TOKEN_SECONDS = Math.max(SESSION_SECONDS, CLIENT_TOKEN_SECONDS);

/** What one token may be good for, the usual first; `channels` stands alone so that a token never means both families of one path. */
export const USER_AUDIENCES = [['shops', 'commerce', 'listings'], ['channels']];
export const CLIENT_AUDIENCES = [['commerce', 'listings'], ['channels']];

/** What a token stands on; its id is the token's `jti`. */
export interface Session {
  id: string;
  tenant: string;
  subject: string;
  audience: string[];
  createdAt: Date;
  expiresAt: Date;
}

/** The claims of a token, as the gateway reads them. */
export interface Claims {
  iss: string;
  sub: string;
  aud: string[];
  jti: string;
  iat: number;
  exp: number;
  tenant: string;
  role: string;
  name: string;
  email?: string;
}

/** The set that holds the wanted audience, the usual one when none is named. */
export function audienceFor(sets: string[][], wanted: string): string[] {
  const found = wanted === '' ? sets[0] : sets.find((set) => set.includes(wanted));
  if (found === undefined) throw invalidField('audience', `audience 无效，可选值: ${sets.flat().join(', ')}`);
  return found;
}

/** The channels family is for admins alone. */
export function checkAudience({ role }: Principal, audience: string[]): void {
  if (audience.includes('channels') && role !== 'admin')
    throw new AppError('forbidden', 'FORBIDDEN', '没有权限访问该资源');
}

/** Begins on a full second, as the times in a token do. */
export function openSession(
  principal: Principal,
  audience: string[],
  lifetimeSeconds: number,
  id: string,
  now: Date,
): Session {
  const createdAt = Math.floor(now.getTime() / 1000) * 1000;
  return {
    id,
    tenant: principal.tenant,
    subject: principal.subject,
    audience,
    createdAt: new Date(createdAt),
    expiresAt: new Date(createdAt + lifetimeSeconds * 1000),
  };
}

export function claimsOf(session: Session, { role, name, email }: Principal): Claims {
  return {
    iss: ISSUER,
    sub: session.subject,
    aud: session.audience,
    jti: session.id,
    iat: session.createdAt.getTime() / 1000,
    exp: session.expiresAt.getTime() / 1000,
    tenant: session.tenant,
    role,
    name,
    ...(email !== null && { email }),
  };
}
