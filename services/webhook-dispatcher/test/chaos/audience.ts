import { type Event } from '@crossdock/contracts';
import { as, completed, newEndpoint, options, type Stage } from '../stage.ts';
import { type Partners, secretOf } from './partners.ts';
import type { Due } from './verdict.ts';

const STEP_SECONDS = 1;
const STEPS = 20;

/** Connectors with two endpoints each: one is told of every end of a sync, the other of the good ones only. */
export async function audience(theatre: Stage, { url }: Pick<Partners, 'url'>, connectors: number) {
  const { service, endpoints } = await theatre.dispatcher();
  const retrySchedule = { usual: false, seconds: Array<number>(STEPS).fill(STEP_SECONDS) };
  const members: { connectorId: string; endpointId: string; path: string; events: string[] }[] = [];
  const ids = Array.from({ length: connectors }, () => theatre.connector());
  for (const connectorId of ids)
    for (const events of [['sync.completed', 'sync.failed'], ['sync.completed']]) {
      const path = `/${connectorId}/${events.length}`;
      const { endpoint } = await endpoints.createEndpoint(
        newEndpoint(connectorId, url + path, {
          events,
          secret: secretOf(path),
          options: options({ retrySchedule }),
        }),
        as(),
      );
      members.push({ connectorId, endpointId: endpoint!.id, path, events });
    }
  await service.stop();

  return {
    /** Events of the connectors in turn, a third of them of failed syncs. */
    events: (count: number): Event[] =>
      Array.from({ length: count }, (_, n) =>
        completed(ids[n % ids.length]!, { status: n % 3 === 0 ? 'failed' : 'completed' }),
      ),
    /** Who is to be told what. */
    dues: (events: Event[]): Due[] =>
      events.flatMap((event) => {
        const { connector_id, status } = event.data as { connector_id: string; status: string };
        return members
          .filter((member) => member.connectorId === connector_id && member.events.includes(`sync.${status}`))
          .map(({ endpointId, path }) => ({ endpointId, path, eventId: event.id }));
      }),
  };
}

export type Audience = Awaited<ReturnType<typeof audience>>;
