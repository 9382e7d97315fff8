import { AppError, type Clock, failpoint, invalidField } from '@crossdock/kernel';
import type { Outbound } from '@crossdock/outbound';
import { type Headers, shownHeaders, unmasked } from '../domain/custom-headers.ts';
import type { Caller, Endpoint, EndpointStatus } from '../domain/endpoint.ts';
import type { WebhookType } from '../domain/webhook.ts';
import type { DeliveryHolding } from '../store/delivery-holding.ts';
import type { EndpointPatch, EndpointStore } from '../store/endpoints.ts';
import { type AskedEndpoint, type CheckedEndpoint, checkEndpoint } from './check-endpoint.ts';
import { targetTaken } from './create-endpoint.ts';
import { auditEvent } from './endpoint-events.ts';
import { type EndpointApp, refuseStale } from './endpoints.ts';
import type { EndpointSecrets } from './secrets.ts';

export interface EndpointEdit extends Omit<AskedEndpoint, 'secret'> {
  connectorId: string;
  id: string;
  status?: string | undefined;
  /** The revision the caller saw. */
  ifRevision?: number | undefined;
}

export interface EditDeps {
  endpointApp: Pick<EndpointApp, 'getEndpoint'>;
  endpoints: EndpointStore;
  holding: DeliveryHolding;
  secrets: EndpointSecrets;
  outbound: Outbound;
  nudge: (endpointId: string) => void;
  /** Deliveries became due. */
  wake: () => void;
  clock: Clock;
}

const SETTABLE = ['enabled', 'paused'] as const satisfies EndpointStatus[];

/** Back to health: what was counted against it is forgotten. */
const ENABLED = { status: 'enabled', disabledReason: null, breaker: null, failingSince: null, warned: 0 } as const;
const PAUSED = { status: 'paused', disabledReason: null } as const;

/** Changes only what is given; a change that changes nothing is none. */
export function endpointEditing(deps: EditDeps) {
  const { endpointApp, endpoints, holding, secrets, outbound, nudge, wake, clock } = deps;

  async function editEndpoint(caller: Caller, edit: EndpointEdit): Promise<Endpoint> {
    const { connectorId, id, status } = edit;
    const wanted = SETTABLE.find((each) => each === status);
    if (status !== undefined && wanted === undefined) throw invalidField('status', `只能是 ${SETTABLE.join('、')}`);
    const checked = await checkEndpoint(outbound, edit);
    for (;;) {
      const before = await endpointApp.getEndpoint(caller.tenant, connectorId, id);
      refuseStale(before, edit.ifRevision);
      const patch = changesOf(before, patchOf(before, edit, checked, wanted));
      if (Object.keys(patch).length === 0) return before;
      const after = { ...before, ...patch, revision: before.revision + 1 };
      const at = clock();
      const audit = auditEvent({ caller, action: actionOf(patch), before, after, at });
      const outcome = await endpoints.change(before, patch, null, [audit]);
      if (outcome === 'target_taken') throw targetTaken();
      if (outcome === 'stale') continue;
      nudge(id);
      if (wanted === 'enabled') {
        await failpoint('dispatcher.endpoint.enabled');
        await release(before);
      }
      return after;
    }
  }

  /** Should we die before it, what is parked is found by the sweep of `delivery/parked.ts`. */
  async function release({ id, breaker }: Endpoint): Promise<void> {
    await holding.unpark(id, clock());
    if (breaker !== null) await holding.hasten(id, breaker.until, clock());
    wake();
  }

  function patchOf(
    before: Endpoint,
    { url, events }: EndpointEdit,
    { target, options, headers }: CheckedEndpoint,
    status: (typeof SETTABLE)[number] | undefined,
  ): EndpointPatch {
    return {
      ...options,
      ...(url !== undefined && target !== undefined && { url, target }),
      ...(events !== undefined && { events: (events as WebhookType[]).toSorted() }),
      ...(status === 'enabled' && ENABLED),
      ...(status === 'enabled' && before.status !== 'enabled' && { enabledAt: clock() }),
      ...(status === 'paused' && PAUSED),
      ...headersPatch(before, headers, target),
    };
  }

  /** A secret header goes to another address only when it is given again: a mask stands for it at the same one alone. */
  function headersPatch(before: Endpoint, given: Headers | undefined, target = before.target): EndpointPatch {
    const stored = secrets.openHeaders(before);
    const moved = target !== before.target;
    const wanted = given ?? shownHeaders(stored);
    const { headers, unknown } = unmasked(wanted, moved ? {} : stored);
    if (unknown.length > 0) {
      const reason = moved ? '更换地址时请重新填写该请求头' : '请填写该请求头的值';
      const details = Object.fromEntries(unknown.map((name) => [`headers.${name}`, [reason]]));
      throw new AppError('invalid', 'SECRET_REQUIRED', '参数校验失败', { details });
    }
    if (given === undefined || JSON.stringify(headers) === JSON.stringify(stored)) return {};
    return { headers: secrets.sealHeaders(before, headers), shownHeaders: shownHeaders(headers) };
  }

  return editEndpoint;
}

/** What of a patch is not so already. */
function changesOf(before: Endpoint, patch: EndpointPatch): EndpointPatch {
  const changed = Object.entries(patch).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof Endpoint]),
  );
  return Object.fromEntries(changed);
}

function actionOf({ status }: EndpointPatch): string {
  if (status === undefined) return 'webhook.update';
  return status === 'enabled' ? 'webhook.resume' : 'webhook.pause';
}
