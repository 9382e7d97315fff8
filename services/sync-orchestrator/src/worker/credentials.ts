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

/** The credential of one task, at most some seconds old; with a refused version a newer one. */
export type Credential = (refusedVersion?: number) => Promise<AcquireCredentialResponse>;

const CACHED_MS = 5_000;

/** Asked of the registry at most every 5 s, and at once after a refusal or a failure. */
export function credentialOf(request: CredentialRequest, acquire: AcquireCredential, clock: Clock): Credential {
  let asked: { at: number; answer: Promise<AcquireCredentialResponse> } | undefined;
  return (refusedVersion) => {
    const at = clock().getTime();
    if (asked !== undefined && refusedVersion === undefined && at < asked.at + CACHED_MS) return asked.answer;
    const asking = { at, answer: acquire({ ...request, ...(refusedVersion !== undefined && { refusedVersion }) }) };
    asked = asking;
    asking.answer.catch(() => {
      if (asked === asking) asked = undefined;
    });
    return asking.answer;
  };
}
