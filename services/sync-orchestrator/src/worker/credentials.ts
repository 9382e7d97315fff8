import type { AcquireCredentialResponse } from '@crossdock/contracts/grpc/connector-registry';
import type { Clock } from '@crossdock/kernel';

export interface CredentialRequest {
  tenant: string;
  connectorId: string;
  taskId: string;
  /** The version the platform refused: a newer one is wanted. */
  refusedVersion?: number;
}

export type AcquireCredential = (request: CredentialRequest) => Promise<AcquireCredentialResponse>;

const CACHED_MS = 5_000;

/** The credential of one task: asked of the registry at most every 5 s, and at once after a refusal. */
export function credentialOf(request: CredentialRequest, acquire: AcquireCredential, clock: Clock) {
  let held: AcquireCredentialResponse | undefined;
  let until = 0;
  return async (refusedVersion?: number): Promise<AcquireCredentialResponse> => {
    const now = clock().getTime();
    if (held !== undefined && refusedVersion === undefined && now < until) return held;
    held = await acquire({ ...request, ...(refusedVersion !== undefined && { refusedVersion }) });
    until = now + CACHED_MS;
    return held;
  };
}
