import { type Clock, failpoint } from '@crossdock/kernel';
import { PROBE_MS } from '../domain/breaker.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import type { DeliveryHolding } from '../store/delivery-holding.ts';
import type { EndpointHealth } from '../store/endpoint-health.ts';
import type { EndpointStore } from '../store/endpoints.ts';
import { callable, type Held } from './lane.ts';

/** What may be done with the deliveries of an endpoint now: one call as a probe until then, or nothing before then. */
export type Admission =
  | { may: 'call'; endpoint: Endpoint }
  | { may: 'probe'; endpoint: Endpoint; until: Date }
  | { may: 'wait'; endpoint: Endpoint; until: Date }
  | { may: 'hold'; endpoint: Endpoint }
  | { may: 'cancel'; endpoint: undefined };

export interface GateDeps {
  endpoints: EndpointStore;
  health: EndpointHealth;
  holding: DeliveryHolding;
  clock: Clock;
}

/** Asks the store whether an endpoint may be called, and puts back what may not be sent. */
export function createGate({ endpoints, health, holding, clock }: GateDeps) {
  async function admit(id: string): Promise<Admission> {
    const [endpoint] = await endpoints.byIds([id]);
    if (endpoint === undefined || endpoint.deletedAt !== null) return { may: 'cancel', endpoint: undefined };
    if (endpoint.status !== 'enabled') return { may: 'hold', endpoint };
    if (endpoint.breaker === null) return { may: 'call', endpoint };
    const { until } = endpoint.breaker;
    const now = clock();
    if (until > now) return { may: 'wait', endpoint, until };
    const probing = new Date(now.getTime() + PROBE_MS);
    if (await health.takeProbe(id, until, probing)) {
      await failpoint('dispatcher.probe.taken');
      return { may: 'probe', endpoint, until: probing };
    }
    // Somebody was faster: what stands now is what that one wrote.
    return admit(id);
  }

  /** The probe was not made: whoever comes next may make it. */
  async function giveBack({ endpoint, until }: Extract<Admission, { may: 'probe' }>): Promise<Admission> {
    await health.endProbe(endpoint.id, until, endpoint.breaker);
    return { may: 'wait', endpoint, until: endpoint.breaker?.until ?? until };
  }

  async function turnAway(id: string, admission: Admission, held: Held[], holder: string | null): Promise<void> {
    const ids = held.map(({ delivery }) => delivery.id);
    if (admission.may === 'cancel') await holding.cancelOf([id]);
    else if (admission.may === 'hold') await holding.park(id, ids, holder);
    else if (admission.may !== 'call') await holding.postpone(id, ids, holder, admission.until);
    if (admission.may === 'call' || admission.may === 'cancel') return;
    await failpoint('dispatcher.deliveries.turned-away');
    // Open again since we looked: the release of what waits may have come before ours was put there.
    const [endpoint] = await endpoints.byIds([id]);
    if (!callable(endpoint)) return;
    if (admission.may === 'hold') await holding.unpark(id, clock());
    else await holding.hasten(id, admission.until, clock());
  }

  return { admit, giveBack, turnAway };
}

export type Gate = ReturnType<typeof createGate>;
