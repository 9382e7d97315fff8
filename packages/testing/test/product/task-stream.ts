import { expect, test } from '@jest/globals';
import type { Answer } from '../../src/e2e/http.ts';
import { connect } from '../../src/e2e/shops.ts';
import { startSync, taskOf, type Task } from '../../src/e2e/syncs.ts';
import type { World } from '../../src/e2e/world.ts';

interface StreamedTask {
  event: string;
  id: string;
  data: Task;
}

/** The events of a stream that has ended, in order. */
const eventsOf = ({ text }: Answer): StreamedTask[] =>
  text
    .split('\n\n')
    .filter((block) => block.includes('data:'))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(block)?.[1] ?? '';
      return { event: field('event'), id: field('id'), data: JSON.parse(field('data')) as Task };
    });

/** How a task goes on, without asking for it again and again. */
export function taskStream(world: () => World): void {
  const pathOf = (connectorId: string, taskId: string) => `/${connectorId}/sync/tasks/${taskId}/events`;

  test('a task is streamed until its end, and who comes back is told what is new, or to stay away', async () => {
    const { admin } = world();
    const { id } = await connect(world(), { products: 260, latency_ms: 15 });
    const taskId = await startSync(admin, id);
    const path = pathOf(id, taskId);
    const answer = await admin.get(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);

    const events = eventsOf(answer);
    const end = events.pop()!;
    expect(end).toMatchObject({ event: 'completed', data: { progress: { total: 260, synced: 260 } } });
    expect(end.data).toEqual(await taskOf(admin, id, taskId));
    expect(new Set(events.map(({ event }) => event)).difference(new Set(['progress']))).toEqual(new Set());
    expect(new Set(events.map((each) => each.id)).size).toBe(events.length);
    const synced = events.map(({ data }) => data.progress.synced);
    expect(synced).toEqual(synced.toSorted((a, b) => a - b));

    const back = (lastId: string) =>
      admin.send('GET', `/api/v1/connectors${path}`, { headers: { 'last-event-id': lastId } });
    expect(eventsOf(await back('before the end'))).toEqual([end]);
    const known = await back(end.id);
    expect([known.status, known.text]).toEqual([204, '']);
  });

  test('a waiting task’s stream stays open, and ends with the cancel; nobody else’s tenant may watch', async () => {
    const { admin, other, platform } = world();
    const { id, shopId } = await connect(world());
    await platform.putShop('tmall', shopId, { frozen: true });
    const taskId = await startSync(admin, id);
    const watching = admin.get(pathOf(id, taskId));
    expect((await other.get(pathOf(id, taskId))).status).toBe(404);
    await admin.post(`/${id}/sync/tasks/${taskId}/cancel`);
    expect(eventsOf(await watching).at(-1)).toMatchObject({ event: 'cancelled', data: { status: 'cancelled' } });
  });
}
