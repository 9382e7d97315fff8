import { sha256Hex } from '@crossdock/kernel';
import { until } from '@crossdock/stack/until';
import type { User } from './users.ts';

export const SYNC_TYPES = ['products', 'orders', 'inventory', 'reviews'] as const;
export type SyncType = (typeof SYNC_TYPES)[number];
export type Mode = 'full' | 'incremental';

export interface Task {
  task_id: string;
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  reason: string | null;
  mode: string;
  progress: { total: number | null; synced: number; failed: number; skipped: number };
  started_at: string | null;
  completed_at: string | null;
  /** While it waits for a known time. */
  expected_start_at?: string;
  /** Of a full sync that held deletions back. */
  review?: { gone: number; living: number; decision: 'open' | 'approved' | 'discarded' };
}

/** What all records carry, and the fields of its kind. */
export interface SyncedRecord {
  external_id: string;
  synced_at: string;
  source_updated_at: string;
  deleted_at: string | null;
  [field: string]: unknown;
}

export interface Product extends SyncedRecord {
  title: string;
}

export async function startSync(
  user: User,
  connectorId: string,
  mode: Mode = 'full',
  type: SyncType = 'products',
): Promise<string> {
  const answer = await user.post(`/${connectorId}/sync/${type}`, { mode });
  if (answer.status !== 202) throw new Error(`no sync of ${connectorId}: ${answer.text}`);
  return answer.body.data.task_id as string;
}

export const taskOf = async (user: User, connectorId: string, taskId: string): Promise<Task> =>
  (await user.get(`/${connectorId}/sync/tasks/${taskId}`)).body?.data as Task;

/** The task when it has ended; `onLook` sees every answer on the way. */
export const ended = (
  user: User,
  connectorId: string,
  taskId: string,
  { timeoutMs = 60_000, onLook }: { timeoutMs?: number; onLook?: (task: Task) => void } = {},
): Promise<Task> =>
  until(
    async () => {
      const task = await taskOf(user, connectorId, taskId);
      onLook?.(task);
      return task.status !== 'queued' && task.status !== 'running' ? task : null;
    },
    { timeoutMs, everyMs: 40, what: `the end of task ${taskId}` },
  );

/** The task when it waits for what the reason says. */
export const waiting = (user: User, connectorId: string, taskId: string, reason: string): Promise<Task> =>
  until(
    async () => {
      const task = await taskOf(user, connectorId, taskId);
      return task.status === 'queued' && task.reason === reason ? task : null;
    },
    { timeoutMs: 60_000, everyMs: 40, what: `task ${taskId} to wait as ${reason}` },
  );

export const sync = async (
  user: User,
  connectorId: string,
  mode: Mode = 'full',
  type: SyncType = 'products',
): Promise<Task> => ended(user, connectorId, await startSync(user, connectorId, mode, type));

/** Everything of one kind that was synced, read by cursor. */
export async function records<T extends SyncedRecord = SyncedRecord>(
  user: User,
  connectorId: string,
  type: SyncType,
  query = '',
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await user.get(`/${connectorId}/${type}?page_size=100&cursor=${encodeURIComponent(cursor)}${query}`);
    if (answer.status !== 200) throw new Error(`cannot read the ${type} of ${connectorId}: ${answer.text}`);
    items.push(...(answer.body.data.items as T[]));
    cursor = answer.body.data.next_cursor as string | null;
  }
  return items;
}

export const products = (user: User, connectorId: string, query = ''): Promise<Product[]> =>
  records<Product>(user, connectorId, 'products', query);

/** As the sandbox sums up its own ids. */
export const sha256OfIds = (items: { external_id: string }[]): string =>
  sha256Hex(
    items
      .map(({ external_id }) => external_id)
      .toSorted()
      .join('\n'),
  );
