import { recordsOf } from '../records-of.ts';
import type { DoomedWorld } from './doomed-world.ts';
import { tasksOf, type Subject, type TaskRow } from './subject.ts';

export interface StoredRow {
  _id: string;
  externalId: string;
  version: number;
  guard: number;
  hash: string;
  sourceUpdatedAt: Date | null;
  deletedAt: Date | null;
}

export interface ConnectorRow {
  _id: string;
  shopId: string;
  version: number;
  status: string;
  credential: object | null;
  deletedAt: Date | null;
  statistics: { totalProducts: number };
  lastSync: { taskId: string } | null;
  outbox: unknown[];
}

export interface ScheduleRow {
  _id: string;
  version: number;
}

/** An event as it stands in Kafka. */
export interface Told {
  id: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each topic has its own
  data: any;
}

/** What is stored and was told of some connectors. */
export interface Facts {
  tasks: TaskRow[];
  rows: StoredRow[];
  connectors: ConnectorRow[];
  schedules: ScheduleRow[];
  told: Record<Topic, Told[]>;
}

const TOPICS = [
  'sync.requested',
  'sync.completed',
  'records.changed',
  'connector.changed',
  'connector.error',
  'audit.recorded',
] as const;
type Topic = (typeof TOPICS)[number];

/** The filter of a connector's rows: `/` and the character after it bound their ids. */
export const ofConnector = (connectorId: string) => ({ _id: { $gt: `${connectorId}/`, $lt: `${connectorId}0` } });

export const rowsOf = ({ database }: DoomedWorld, connectorId: string): Promise<StoredRow[]> =>
  database('sync-orchestrator').collection<StoredRow>('products').find(ofConnector(connectorId)).toArray();

/** All of these shops, however many. */
export const connectorsOf = ({ database }: DoomedWorld, subjects: Subject[]): Promise<ConnectorRow[]> =>
  database('connector-registry')
    .collection<ConnectorRow>('connectors')
    .find({ shopId: { $in: subjects.map(({ shopId }) => shopId) } })
    .toArray();

export const schedulesOf = ({ database }: DoomedWorld, subjects: Subject[]): Promise<ScheduleRow[]> =>
  database('sync-orchestrator')
    .collection<ScheduleRow>('schedules')
    .find({ _id: { $in: subjects.map(({ connectorId }) => connectorId) } })
    .toArray();

async function toldOf({ stack }: DoomedWorld, topic: Topic): Promise<Told[]> {
  const records = await recordsOf(topic, stack);
  return records.map(({ headers, value }) => ({ id: headers['ce_id'] ?? '', data: JSON.parse(value) as unknown }));
}

export async function factsOf(world: DoomedWorld, subjects: Subject[]): Promise<Facts> {
  const ids = subjects.map(({ connectorId }) => connectorId);
  const [told, tasks, rows, connectors, schedules] = await Promise.all([
    Promise.all(TOPICS.map(async (topic) => [topic, await toldOf(world, topic)] as const)),
    tasksOf(world, ids),
    Promise.all(ids.map((id) => rowsOf(world, id))),
    connectorsOf(world, subjects),
    schedulesOf(world, subjects),
  ]);
  return { tasks, rows: rows.flat(), connectors, schedules, told: Object.fromEntries(told) as Facts['told'] };
}

/** What belongs to one of them. */
export function factsAbout(facts: Facts, { connectorId, shopId }: Subject): Facts {
  const tasks = facts.tasks.filter((task) => task.connectorId === connectorId);
  const targets = new Set([`connector/${connectorId}`, ...tasks.map(({ _id }) => `sync_task/${_id}`)]);
  const told = Object.fromEntries(
    TOPICS.map((topic) => [
      topic,
      facts.told[topic].filter(({ data }) => data.connector_id === connectorId || targets.has(data.target)),
    ]),
  ) as Facts['told'];
  return {
    tasks,
    rows: facts.rows.filter(({ _id }) => _id.startsWith(`${connectorId}/`)),
    connectors: facts.connectors.filter((connector) => connector.shopId === shopId),
    schedules: facts.schedules.filter(({ _id }) => _id === connectorId),
    told,
  };
}
