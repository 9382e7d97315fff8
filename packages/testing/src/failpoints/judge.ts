import { until } from '@crossdock/stack/until';
import type { DoomedWorld } from './doomed-world.ts';
import { connectorsOf, factsOf, schedulesOf } from './facts.ts';
import { isLive, lastSyncOf, tasksOf, type Subject } from './subject.ts';
import { verdictOf, type Truth, type Verdict } from './verdict.ts';

export interface Judged extends Verdict {
  /** Of the connector and its tasks. */
  ids: string[];
}

/** Waits until all is in step, no longer than that, and holds each subject against what is stored and was told. */
export async function judge(world: DoomedWorld, subjects: Subject[], patienceMs: number): Promise<Judged[]> {
  await until(() => inStep(world, subjects), { timeoutMs: patienceMs, everyMs: 500 }).catch(
    // What is not in step is named below.
    () => undefined,
  );
  const facts = await factsOf(world, subjects);
  return Promise.all(
    subjects.map(async (subject, n) => {
      const about = facts[n]!;
      const ids = [subject.connectorId, ...about.tasks.map(({ _id }) => _id)];
      return { ids, ...verdictOf(subject, about, await truthOf(world, subject)) };
    }),
  );
}

/** Nothing runs, nothing waits to be told, and the registry and the scheduler have heard of it. */
async function inStep(world: DoomedWorld, subjects: Subject[]): Promise<boolean> {
  const ids = subjects.map(({ connectorId }) => connectorId);
  const tasks = await tasksOf(world, ids);
  if (tasks.some((task) => isLive(task) || task.outbox.length > 0)) return false;
  const [connectors, schedules] = await Promise.all([connectorsOf(world, subjects), schedulesOf(world, subjects)]);
  const followed = new Map(schedules.map(({ _id, version }) => [_id, version]));
  return connectors.every(({ _id, version, deletedAt, lastSync, outbox }) => {
    const last = lastSyncOf(tasks.filter(({ connectorId }) => connectorId === _id));
    const isCounted = deletedAt !== null || last === undefined || lastSync?.taskId === last._id;
    return isCounted && outbox.length === 0 && followed.get(_id) === version;
  });
}

async function truthOf({ platform }: DoomedWorld, { shopId, appKey }: Subject): Promise<Truth> {
  const { items } = await platform.truthItems('tmall', shopId);
  const asked = await platform.requests({ platform: 'tmall', match: `client_id=${appKey}` });
  return { items, exchanges: asked.filter(({ body }) => String(body).includes('authorization_code')).length };
}
