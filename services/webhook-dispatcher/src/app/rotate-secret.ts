import { AppError, type Clock, invalidField, keyReused } from '@crossdock/kernel';
import type { Caller, Endpoint } from '../domain/endpoint.ts';
import {
  hintOf,
  isWeak,
  liveSecrets,
  LONGEST_OVERLAP_SECONDS,
  MAX_LIVE_SECRETS,
  newWebhookSecret,
  type OlderSecret,
  secretFault,
} from '../domain/secret.ts';
import type { EndpointPatch, EndpointStore } from '../store/endpoints.ts';
import { auditEvent } from './endpoint-events.ts';
import type { CreatedEndpoint } from './create-endpoint.ts';
import type { EndpointApp } from './endpoints.ts';
import type { EndpointSecrets } from './secrets.ts';

export interface Rotation {
  connectorId: string;
  id: string;
  /** One of ours when absent. */
  secret?: string | undefined;
  /** How long the one of now goes on signing; 0 ends all older ones at once. */
  overlapSeconds: number;
  /** '' without one. */
  idempotencyKey: string;
  bodyHash: string;
}

export interface RotationDeps {
  endpointApp: Pick<EndpointApp, 'getEndpoint'>;
  endpoints: EndpointStore;
  secrets: EndpointSecrets;
  nudge: (endpointId: string) => void;
  clock: Clock;
}

const tooManySecrets = () =>
  new AppError('conflict', 'SECRET_LIMIT', `同时有效的密钥最多 ${MAX_LIVE_SECRETS} 个，请等待旧密钥失效`);

/** A new secret that signs from now on. */
export function secretRotation({ endpointApp, endpoints, secrets, nudge, clock }: RotationDeps) {
  async function rotateSecret(caller: Caller, rotation: Rotation): Promise<CreatedEndpoint> {
    const { connectorId, id, secret, overlapSeconds, idempotencyKey: key, bodyHash } = rotation;
    const fault = secret === undefined ? null : secretFault(secret);
    if (fault !== null) throw invalidField('secret', fault);
    if (overlapSeconds > LONGEST_OVERLAP_SECONDS)
      throw invalidField('overlap_seconds', `应在 0 到 ${LONGEST_OVERLAP_SECONDS} 之间`);
    for (;;) {
      const before = await endpointApp.getEndpoint(caller.tenant, connectorId, id);
      const last = key === '' ? null : await endpoints.rotation(id);
      if (last?.key === key) {
        if (last.bodyHash !== bodyHash) throw keyReused();
        // Read again: it may have come between our two looks.
        return shown(await endpointApp.getEndpoint(caller.tenant, connectorId, id));
      }
      const patch = patchOf(before, secret, overlapSeconds);
      const after = { ...before, ...patch, revision: before.revision + 1 };
      const at = clock();
      const audit = auditEvent({ caller, action: 'webhook.rotate_secret', before, after, at });
      const outcome = await endpoints.change(before, patch, key === '' ? null : { key, bodyHash }, [audit]);
      if (outcome !== 'changed') continue;
      nudge(id);
      return shown(after);
    }
  }

  const shown = (endpoint: Endpoint): CreatedEndpoint => ({
    endpoint,
    secret: endpoint.secretMade ? secrets.open(endpoint) : null,
  });

  function patchOf(before: Endpoint, secret: string | undefined, overlapSeconds: number): EndpointPatch {
    const now = clock();
    const olderSecrets = overlapSeconds === 0 ? [] : overlapping(before, overlapSeconds, now);
    const text = secret ?? newWebhookSecret();
    const living = [before.secret, ...olderSecrets.map((older) => older.secret)];
    if (living.some((sealed) => secrets.open({ ...before, secret: sealed }) === text))
      throw invalidField('secret', '新密钥不能与仍有效的密钥相同');
    return {
      secret: secrets.seal(before, text),
      secretHint: hintOf(text),
      secretMade: secret === undefined,
      weakSecret: isWeak(text),
      olderSecrets,
    };
  }

  return rotateSecret;
}

function overlapping({ secret, olderSecrets }: Endpoint, seconds: number, now: Date): OlderSecret[] {
  const still = liveSecrets(olderSecrets, now);
  if (still.length + 2 > MAX_LIVE_SECRETS) throw tooManySecrets();
  return [{ secret, until: new Date(now.getTime() + seconds * 1_000) }, ...still];
}
