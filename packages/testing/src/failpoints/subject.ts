import { randomUUID } from 'node:crypto';
import { until } from '@crossdock/stack/until';
import type { Answer } from '../e2e/http.ts';
import { connectorOf, openShop, type Shop } from '../e2e/shops.ts';
import type { ShopWorld } from './doomed-world.ts';

/** A shop of its own, its connector, and what was asked of us for it: held against what came of it. */
export interface Subject extends Shop {
  connectorId: string;
  authUrl: string;
  /** Tasks asked for, each under a key of its own. */
  asked: string[];
  /** Tasks that a due time asked for. */
  scheduled: number;
  /** How often the merchant agreed. */
  consents: number;
  /** Rows at the platform that cannot be synced. */
  poisoned: Set<string>;
  deleted: boolean;
  /** Whether what is stored is to be what the platform has. */
  synced: boolean;
}

const PRODUCTS = 450;
const LIMIT_MS = 60_000;

/** Asks as a caller does whose service died: again, until the answer is the one named. */
export const insist = (ask: () => Promise<Answer>, ...statuses: number[]): Promise<Answer> =>
  until(
    async () => {
      const answer = await ask();
      if (!statuses.includes(answer.status)) throw new Error(`${answer.status} ${answer.text}`);
      return answer;
    },
    { timeoutMs: LIMIT_MS, everyMs: 100, what: `an answer ${statuses.join(' or ')}` },
  );

export async function newSubject(world: ShopWorld, products = PRODUCTS): Promise<Subject> {
  const shop = await openShop(world, { products });
  return {
    ...shop,
    connectorId: '',
    authUrl: '',
    asked: [],
    scheduled: 0,
    consents: 0,
    poisoned: new Set(),
    deleted: false,
    synced: false,
  };
}

export async function create({ admin }: ShopWorld, subject: Subject): Promise<void> {
  const headers = { 'idempotency-key': randomUUID() };
  const { body } = await insist(() => admin.post('', connectorOf(subject), headers), 201);
  subject.connectorId = body.data.id as string;
  subject.authUrl = body.data.auth_url as string;
}

/** The merchant agrees; an answer that a death cut off is nobody's to repeat. */
export async function consent({ platform }: ShopWorld, subject: Subject): Promise<void> {
  subject.consents += 1;
  await platform.authorize({ auth_url: subject.authUrl, shop_id: subject.shopId }).catch(() => undefined);
}

async function statusOf({ admin }: ShopWorld, { connectorId }: Subject): Promise<string> {
  const { body } = await insist(() => admin.get(`/${connectorId}`), 200);
  return body.data.status as string;
}

/** The merchant agrees anew, as often as the exchange was lost. */
export async function authorized(world: ShopWorld, subject: Subject): Promise<void> {
  await until(
    async () => {
      if (['connected', 'running'].includes(await statusOf(world, subject))) return true;
      const { body } = await insist(() => world.admin.post(`/${subject.connectorId}/authorize`), 200);
      subject.authUrl = body.data.auth_url as string;
      await consent(world, subject);
      return false;
    },
    { timeoutMs: LIMIT_MS, what: `${subject.shopId} connected` },
  );
}

export async function connected(world: ShopWorld, products = PRODUCTS): Promise<Subject> {
  const subject = await newSubject(world, products);
  await create(world, subject);
  await consent(world, subject);
  await authorized(world, subject);
  return subject;
}

/** A sync under one key, asked for until it is accepted. */
export async function trigger(world: ShopWorld, subject: Subject, mode: 'full' | 'incremental' = 'full') {
  const headers = { 'idempotency-key': randomUUID() };
  const path = `/${subject.connectorId}/sync/products`;
  const { body } = await insist(() => world.admin.post(path, { mode }, headers), 202);
  const id = body.data.task_id as string;
  subject.asked.push(id);
  subject.synced = true;
  return id;
}

export interface TaskRow {
  _id: string;
  connectorId: string;
  status: string;
  reason: string | null;
  kind: string;
  trigger: string;
  start: Date | null;
  completedAt: Date | null;
  total: number | null;
  page: number;
  counters: { synced: number; failed: number; skipped: number };
  claimId: string | null;
  fence: number | null;
  outbox: unknown[];
}

export const tasksOf = ({ database }: ShopWorld, connectorIds: string[]): Promise<TaskRow[]> =>
  database('sync-orchestrator')
    .collection<TaskRow>('sync_tasks')
    .find({ connectorId: { $in: connectorIds } })
    .sort({ createdAt: 1, _id: 1 })
    .toArray();

/** The one that a connector's statistics are of: single records and late deletions are no sync of it. */
export const lastSyncOf = (tasks: TaskRow[]): TaskRow | undefined =>
  tasks
    .filter(({ start, kind }) => start !== null && kind !== 'records' && kind !== 'removal')
    .toSorted((a, b) => Number(a.completedAt) - Number(b.completedAt) || (a._id < b._id ? -1 : 1))
    .at(-1);

export const isLive = ({ status }: TaskRow): boolean => status === 'queued' || status === 'running';

/** No task of it is under way. */
export const quiet = (world: ShopWorld, { connectorId }: Subject, timeoutMs = 120_000): Promise<true> =>
  until(async () => !(await tasksOf(world, [connectorId])).some(isLive), {
    timeoutMs,
    everyMs: 100,
    what: `the end of the tasks of ${connectorId}`,
  }) as Promise<true>;

/** One whole sync behind it. */
export async function syncedOnce(world: ShopWorld, products = PRODUCTS): Promise<Subject> {
  const subject = await connected(world, products);
  await trigger(world, subject);
  await quiet(world, subject);
  return subject;
}

/** A task that somebody works on, with a long way to go. */
export async function underWay(world: ShopWorld, subject: Subject): Promise<string> {
  const id = await trigger(world, subject);
  const isRunning = async () =>
    (await tasksOf(world, [subject.connectorId])).some(({ status }) => status === 'running');
  await until(isRunning, { what: `a running task of ${subject.connectorId}` });
  return id;
}
