import { type Clock, newId, newSecret, newTraceparent } from '@crossdock/kernel';
import type { Caller } from '../domain/endpoint.ts';
import type { CallResult } from '../domain/attempt.ts';
import type { Call } from './call.ts';
import type { EndpointApp } from './endpoints.ts';

export interface VerifyDeps {
  endpointApp: Pick<EndpointApp, 'getEndpoint'>;
  call: Call;
  clock: Clock;
}

/** Calls an endpoint now, whatever its state, with a signed ping; nothing is stored and nothing counts against it. */
export function endpointVerification({ endpointApp, call, clock }: VerifyDeps) {
  return async function verifyEndpoint({ tenant }: Caller, connectorId: string, id: string): Promise<CallResult> {
    const endpoint = await endpointApp.getEndpoint(tenant, connectorId, id);
    const ping = newId();
    const data = { connector_id: connectorId, challenge: newSecret() };
    const body = JSON.stringify({ id: ping, type: 'webhook.ping', timestamp: clock().toISOString(), data });
    const { result } = await call(endpoint, { id: ping, body, test: true, traceparent: newTraceparent() });
    return result;
  };
}
