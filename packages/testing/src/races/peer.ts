import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';

interface Method<Asked, Answered> {
  path: string;
  requestSerialize(value: Asked): Buffer;
  responseDeserialize(bytes: Buffer): Answered;
}

/** A service as the gateway and other services call it, for the tenant demo. */
export interface Peer {
  ask<Asked, Answered>(method: Method<Asked, Answered>, request: Asked): Promise<Answered>;
  close(): void;
}

const CALL_MS = 30_000;
const AWAY: readonly unknown[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED];

export function peerAt(address: string): Peer {
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('x-tenant', 'demo');
  metadata.set('x-actor', 'user:racer');
  return {
    ask: (method, request) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          method.path,
          (value) => method.requestSerialize(value),
          (bytes) => method.responseDeserialize(bytes),
          request,
          metadata,
          { deadline: Date.now() + CALL_MS },
          (err, answer) => (err === null ? resolve(answer!) : reject(err)),
        );
      }),
    close: () => client.close(),
  };
}

/** It is not there, or cannot say yet. */
export const isAway = (err: unknown): boolean => AWAY.includes((err as ServiceError).code);
