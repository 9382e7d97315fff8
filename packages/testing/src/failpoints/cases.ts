import type { Doomed, DoomedWorld } from './doomed-world.ts';
import type { ScenarioName } from './scenarios.ts';
import type { Subject } from './subject.ts';

export interface Case {
  service: Doomed;
  point: string;
  scenario: ScenarioName;
  /** A process passes the point for all subjects together, one passing after the other; those of one name exclude each other. */
  inTurn?: 'relay' | 'scheduler';
  /** Tried at the first to the n-th passing, one after the other. */
  hits: number;
  /** Done to the stores while the process stands still at the point, before it dies: a mistake for the checker to notice. */
  plant?: (world: DoomedWorld, subject: Subject) => Promise<unknown>;
}

/** Where a worker dies with its task in hand: somebody else must go on with it. */
export const IN_HAND: ReadonlySet<string> = new Set([
  'sync.claimed',
  'sync.stream-fenced',
  'sync.task-fenced',
  'sync.rows-decided',
  'sync.rows-stored',
  'sync.rows-settled',
  'sync.rows-written',
  'sync.page-stored',
  'sync.checkpointed',
  'sync.stream-completed',
]);

const TAKEN_TOGETHER = new Set(['schedule.taken', 'schedule.started']);

const at =
  (service: Doomed) =>
  (point: string, scenario: ScenarioName, hits = 1): Case => ({
    service,
    point,
    scenario,
    hits,
    ...(point.startsWith('relay.') && { inTurn: 'relay' }),
    ...(TAKEN_TOGETHER.has(point) && { inTurn: 'scheduler' }),
  });
const registry = at('connector-registry');
const sync = at('sync-orchestrator');

/** Every failpoint of registry and orchestrator, in a scenario that passes it; what takes longest to heal comes first. */
export const EACH_POINT: Case[] = [
  registry('registry.refresh.leased', 'token expired'),
  sync('sync.claimed', 'first full sync'),
  registry('registry.refresh.exchanged', 'token expired'),
  sync('sync.stream-fenced', 'incremental sync of changes'),
  registry('registry.refresh.stored', 'token expired'),
  sync('sync.task-fenced', 'first full sync'),
  registry('registry.oauth.claimed', 'authorisation'),
  sync('sync.rows-decided', 'first full sync', 2),
  registry('registry.oauth.fenced', 'authorisation'),
  sync('sync.rows-stored', 'incremental sync of changes'),
  registry('registry.oauth.exchanged', 'authorisation'),
  sync('sync.rows-settled', 'full sync with rows that cannot be synced', 2),
  registry('registry.oauth.stored', 'authorisation'),
  sync('sync.rows-written', 'full sync with rows that cannot be synced', 2),
  registry('registry.oauth.finished', 'authorisation'),
  sync('sync.page-stored', 'full sync with deletions', 3),
  registry('registry.create.stored', 'create'),
  sync('sync.checkpointed', 'full sync with deletions', 3),
  registry('registry.oauth.issued', 'create'),
  sync('sync.stream-completed', 'incremental sync of changes'),
  registry('registry.change.stored', 'pause'),
  sync('sync.ended', 'first full sync'),
  registry('registry.probe.claimed', 'health check'),
  sync('sync.pages-trimmed', 'deletions held back'),
  registry('registry.statistics.stored', 'first full sync'),
  sync('sync.pages-dropped', 'deletions approved'),
  registry('relay.claimed', 'create'),
  sync('sync.review-decided', 'deletions approved'),
  registry('relay.published', 'create'),
  sync('sync.requested', 'first full sync'),
  sync('sync.cancel-ordered', 'cancel'),
  sync('sync.cancelled', 'connector deleted under a task'),
  sync('schedule.followed', 'interval changed'),
  sync('schedule.taken', 'due by its interval'),
  sync('schedule.started', 'due by its interval'),
  sync('relay.claimed', 'first full sync', 3),
  sync('relay.published', 'first full sync', 3),
];

const FIRST = new Set([
  'registry.oauth.exchanged',
  'registry.oauth.stored',
  'registry.change.stored',
  'sync.claimed',
  'sync.rows-stored',
  'sync.page-stored',
  'sync.checkpointed',
  'sync.stream-completed',
  'sync.ended',
  'sync.review-decided',
  'schedule.taken',
  'relay.published',
]);

/** Those of the short form: the gaps of every kind of write, the quick ones to heal. */
export const FIRST_POINTS: Case[] = EACH_POINT.filter(({ point }) => FIRST.has(point));

/** The same points in other circumstances. */
export const OTHERWISE: Case[] = [
  registry('registry.change.stored', 'connector deleted under a task'),
  sync('sync.rows-stored', 'full sync with deletions', 3),
  sync('sync.rows-settled', 'incremental sync of changes'),
  sync('sync.stream-completed', 'full sync with deletions'),
  sync('sync.cancelled', 'cancel'),
  sync('schedule.followed', 'connector deleted under a task'),
  sync('sync.ended', 'deletions held back'),
  sync('relay.published', 'cancel'),
];
