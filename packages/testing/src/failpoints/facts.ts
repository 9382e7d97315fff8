import { recordsOf } from '../records-of.ts';
import type { ShopWorld } from './doomed-world.ts';
import { tasksOf, type Subject, type TaskRow } from './subject.ts';

export interface StoredRow {
  _id: string;
  externalId: string;
  version: number;
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

/** Whole documents of a connector's rows. */
export const rowsOf = ({ database }: ShopWorld, connectorId: string): Promise<StoredRow[]> =>
  database('sync-orchestrator').collection<StoredRow>('products').find(ofConnector(connectorId)).toArray();

/** Of many connectors: no more of each row than is looked at. */
export async function rowsOfAll({ database }: ShopWorld, connectorIds: string[]): Promise<Map<string, StoredRow[]>> {
  const projection = { externalId: 1, version: 1, sourceUpdatedAt: 1, deletedAt: 1 };
  const products = database('sync-orchestrator').collection<StoredRow>('products');
  const rows = new Map<string, StoredRow[]>();
  for (const id of connectorIds) rows.set(id, await products.find(ofConnector(id), { projection }).toArray());
  return rows;
}

/** All of these shops, however many. */
export const connectorsOf = ({ database }: ShopWorld, subjects: Subject[]): Promise<ConnectorRow[]> =>
  database('connector-registry')
    .collection<ConnectorRow>('connectors')
    .find({ shopId: { $in: subjects.map(({ shopId }) => shopId) } })
    .toArray();

export const schedulesOf = ({ database }: ShopWorld, subjects: Subject[]): Promise<ScheduleRow[]> =>
  database('sync-orchestrator')
    .collection<ScheduleRow>('schedules')
    .find({ _id: { $in: subjects.map(({ connectorId }) => connectorId) } })
    .toArray();

export async function toldOf({ stack }: ShopWorld, topic: Topic): Promise<Told[]> {
  const records = await recordsOf(topic, stack);
  return records.map(({ headers, value }) => ({ id: headers['ce_id'] ?? '', data: JSON.parse(value) as unknown }));
}

/** Of each subject what belongs to it. */
export async function factsOf(world: ShopWorld, subjects: Subject[]): Promise<Facts[]> {
  const ids = subjects.map(({ connectorId }) => connectorId);
  const [topics, tasks, rows, connectors, schedules] = await Promise.all([
    Promise.all(TOPICS.map(async (topic) => [topic, await toldOf(world, topic)] as const)),
    tasksOf(world, ids),
    rowsOfAll(world, ids),
    connectorsOf(world, subjects),
    schedulesOf(world, subjects),
  ]);
  return subjects.map(({ connectorId, shopId }) => {
    const own = tasks.filter((task) => task.connectorId === connectorId);
    const targets = new Set([`connector/${connectorId}`, ...own.map(({ _id }) => `sync_task/${_id}`)]);
    const isAbout = ({ data }: Told) => data.connector_id === connectorId || targets.has(data.target);
    return {
      tasks: own,
      rows: rows.get(connectorId) ?? [],
      connectors: connectors.filter((connector) => connector.shopId === shopId),
      schedules: schedules.filter(({ _id }) => _id === connectorId),
      told: Object.fromEntries(topics.map(([topic, told]) => [topic, told.filter(isAbout)])) as Facts['told'],
    };
  });
}
