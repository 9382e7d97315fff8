import type { Doomed } from './doomed.ts';
import type { ScenarioName } from './scenarios.ts';
import type { Subject } from './subject.ts';

export interface Case {
  point: string;
  scenario: ScenarioName;
  /** Tried at the first to the n-th passing, one after the other. */
  hits: number;
  /** Done to the store while the process stands still at the point, before it dies: a mistake for the checker to notice. */
  plant?: (world: Doomed, subject: Subject) => Promise<unknown>;
}

const at = (point: string, scenario: ScenarioName, hits = 1): Case => ({ point, scenario, hits });

/** Every failpoint of the dispatcher, in a scenario that passes it; what takes longest to heal comes first. */
export const EACH_POINT: Case[] = [
  at('dispatcher.breaker.opened', 'too many refused'),
  at('dispatcher.probe.taken', 'probe'),
  at('dispatcher.probe.ended', 'probe'),
  at('dispatcher.recovery.claimed', 'recovery'),
  at('dispatcher.recovery.sent', 'recovery', 2),
  at('dispatcher.recovery.advanced', 'recovery', 2),
  at('relay.claimed', 'tests'),
  at('relay.published', 'tests'),
  at('dispatcher.endpoint.enabled', 'resume'),
  at('dispatcher.endpoint.deleted', 'delete'),
  at('dispatcher.payloads.expired', 'too old'),
  at('dispatcher.intake.stored', 'events'),
  at('dispatcher.connector.deleted', 'connector deleted'),
  at('dispatcher.lease.lapsed', 'dead holder'),
  at('dispatcher.deliveries.turned-away', 'paused amid retries'),
  at('dispatcher.endpoint.disabled', 'farewell'),
  at('dispatcher.attempts.stored', 'refused at first', 2),
  at('dispatcher.deliveries.claimed', 'tests'),
  at('dispatcher.endpoint.created', 'create'),
];

const FIRST = new Set(['dispatcher.attempts.stored', 'dispatcher.deliveries.claimed', 'dispatcher.endpoint.disabled']);

/** Those of the short form. */
export const FIRST_POINTS: Case[] = EACH_POINT.filter(({ point }) => FIRST.has(point));

/** The same points in other circumstances. */
export const OTHERWISE: Case[] = [
  at('relay.published', 'recovery'),
  at('dispatcher.deliveries.claimed', 'recovery', 2),
  at('dispatcher.attempts.stored', 'sent again'),
  at('dispatcher.attempts.stored', 'events'),
];
