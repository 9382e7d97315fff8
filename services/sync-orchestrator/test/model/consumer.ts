import type { Event } from '@crossdock/contracts';
import type { Told } from '../engine.ts';

/** What somebody knows who heard every event, in any order and some twice: newer versions win. */
export function consumer(events: Event[]): { living: Map<string, number>; contradictions: string[] } {
  const known = new Map<string, { version: number; alive: boolean }>();
  const contradictions: string[] = [];
  for (const { external_id: id, op, version } of events.flatMap(({ data }) => (data as { changes: Told[] }).changes)) {
    const alive = op !== 'deleted';
    const before = known.get(id);
    if (before === undefined || version > before.version) known.set(id, { version, alive });
    else if (version === before.version && alive !== before.alive)
      contradictions.push(`${id} version ${version} was told both as alive and as deleted`);
  }
  const living = new Map([...known].flatMap(([id, { version, alive }]) => (alive ? [[id, version] as const] : [])));
  return { living, contradictions };
}
