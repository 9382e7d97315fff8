import { type Clock, newId } from '@crossdock/kernel';
import { clientPrincipal, type Principal, type User, userPrincipal, usernameOf } from '../domain/accounts.ts';
import { checkClient, checkLogin, tooManyFailures, wrongClient, wrongLogin } from '../domain/credentials.ts';
import {
  audienceFor,
  checkAudience,
  CLIENT_AUDIENCES,
  CLIENT_TOKEN_SECONDS,
  claimsOf,
  openSession,
  SESSION_SECONDS,
  USER_AUDIENCES,
} from '../domain/tokens.ts';
import { DECOY_HASH } from '../hashing/decoy.ts';
import type { Hashing } from '../hashing/hashing-pool.ts';
import type { ClientStore } from '../store/clients.ts';
import type { LoginFailures } from '../store/login-failures.ts';
import type { SessionStore } from '../store/sessions.ts';
import type { UserStore } from '../store/users.ts';
import { created } from './audit.ts';
import type { LoginMeter } from './login-meter.ts';
import type { Signer } from './signer.ts';

export interface IdentityDeps {
  users: UserStore;
  clients: ClientStore;
  sessions: SessionStore;
  failures: LoginFailures;
  hashing: Hashing;
  signer: Signer;
  now: Clock;
  meter: LoginMeter;
  /** Tells the relay of the session whose event waits. */
  nudge: (sessionId: string) => void;
}

export interface Login {
  username: string;
  password: string;
  /** '' for the usual ones. */
  audience: string;
  /** Where the attempt came from, '' when unknown. */
  address: string;
}

export interface ClientCredentials {
  clientId: string;
  clientSecret: string;
  audience: string;
  address: string;
}

export interface Token {
  token: string;
  expiresInSeconds: number;
}

export function identityApp({ users, clients, sessions, failures, hashing, signer, now, meter, nudge }: IdentityDeps) {
  async function login({ username, password, audience, address }: Login): Promise<Token & { user: User }> {
    checkLogin(username, password);
    const wanted = audienceFor(USER_AUDIENCES, audience);
    const name = usernameOf(username);
    const account = `user:${name}`;
    await refuseBlocked(account, address);
    const user = await users.byUsername(name);
    if (!(await proves(account, address, user?.passwordHash, password)) || user === null) throw wrongLogin();
    const principal = userPrincipal(user);
    checkAudience(principal, wanted);
    return { ...(await tokenFor(principal, wanted, SESSION_SECONDS)), user };
  }

  async function issueToken({ clientId, clientSecret, audience, address }: ClientCredentials): Promise<Token> {
    checkClient(clientId, clientSecret);
    const wanted = audienceFor(CLIENT_AUDIENCES, audience);
    // Per address: who merely knows a client id must not be able to lock it out.
    const account = `client:${clientId}@${address}`;
    await refuseBlocked(account, address);
    const client = await clients.byId(clientId);
    if (!(await proves(account, address, client?.secretHash, clientSecret)) || client === null) throw wrongClient();
    return tokenFor(clientPrincipal(client), wanted, CLIENT_TOKEN_SECONDS);
  }

  /** Hashes as long for a name that does not exist, and counts it alike. */
  async function proves(account: string, address: string, hash: string | undefined, secret: string): Promise<boolean> {
    if (await hashing.verify(hash ?? DECOY_HASH, secret)) {
      // Guesses beside this one may have used the account up while it waited: then a right one tells nothing.
      await refuseBlocked(account, address);
      await failures.forget(account);
      return true;
    }
    const waitMs = await failures.add(account, address);
    if (waitMs > 0) throw tooManyFailures(waitMs);
    return false;
  }

  async function refuseBlocked(account: string, address: string): Promise<void> {
    const waitMs = await failures.blockedMs(account, address);
    if (waitMs > 0) throw tooManyFailures(waitMs);
  }

  /** The session is stored before its token exists: no token is alive that nothing tells of. */
  async function tokenFor(principal: Principal, audience: string[], lifetimeSeconds: number): Promise<Token> {
    const session = openSession(principal, audience, lifetimeSeconds, newId(), now());
    const after = { subject: session.subject, audience, expires_at: session.expiresAt.toISOString() };
    const event = created(session.tenant, session.subject, 'session.created', `session/${session.id}`, after, now());
    await sessions.add(session, event);
    nudge(session.id);
    return { token: await signer.sign(claimsOf(session, principal)), expiresInSeconds: lifetimeSeconds };
  }

  return {
    login: meter('user', login),
    issueToken: meter('client', issueToken),
    publicKeys: () => signer.publicKeys(),
  };
}

export type IdentityApp = ReturnType<typeof identityApp>;
