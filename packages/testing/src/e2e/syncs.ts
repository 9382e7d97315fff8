import { sha256Hex } from '@crossdock/kernel';
import { until } from '@crossdock/stack/until';
import type { User } from './users.ts';

export interface Task {
  task_id: string;
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
  reason: string | null;
  mode: string;
  progress: { total: number | null; synced: number; failed: number; skipped: number };
}

export interface Product {
  external_id: string;
  title: string;
  synced_at: string;
  source_updated_at: string;
  deleted_at: string | null;
}

export async function startSync(
  user: User,
  connectorId: string,
  mode: 'full' | 'incremental' = 'full',
): Promise<string> {
  const answer = await user.post(`/${connectorId}/sync/products`, { mode });
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

export async function sync(user: User, connectorId: string, mode: 'full' | 'incremental' = 'full'): Promise<Task> {
  return ended(user, connectorId, await startSync(user, connectorId, mode));
}

/** Everything that was synced, read by cursor. */
export async function products(user: User, connectorId: string, query = ''): Promise<Product[]> {
  const items: Product[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer = await user.get(
      `/${connectorId}/products?page_size=100&cursor=${encodeURIComponent(cursor)}${query}`,
    );
    if (answer.status !== 200) throw new Error(`cannot read the products of ${connectorId}: ${answer.text}`);
    items.push(...(answer.body.data.items as Product[]));
    cursor = answer.body.data.next_cursor as string | null;
  }
  return items;
}

/** As the sandbox sums up its own ids. */
export const sha256OfIds = (items: Product[]): string =>
  sha256Hex(
    items
      .map(({ external_id }) => external_id)
      .toSorted()
      .join('\n'),
  );
