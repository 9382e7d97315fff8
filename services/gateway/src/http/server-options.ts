import type { Logger } from '@crossdock/kernel';
import type { Registry } from 'prom-client';
import type { Idempotency } from '../app/idempotency.ts';
import type { TokenVerifier } from '../app/token-verifier.ts';
import type { Peers } from '../peers.ts';
import type { InboundLimit } from './inbound-limit.ts';

/** What the families are wired to. */
export interface ServerOptions {
  peers: Peers;
  verifier: TokenVerifier;
  idempotency: Idempotency;
  limit: InboundLimit;
  log: Logger;
  metrics: Registry;
}
