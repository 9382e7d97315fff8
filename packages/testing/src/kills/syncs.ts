import { rowsOfAll, toldOf } from '../failpoints/facts.ts';
import type { ShopWorld } from '../failpoints/doomed-world.ts';
import { isLive, tasksOf, type Subject } from '../failpoints/subject.ts';
import type { PageWrites } from './page-writes.ts';
import { verdictOn, type SyncVerdict } from './verdict.ts';

const tasksById = async (world: ShopWorld, subjects: Subject[]) =>
  new Map(
    (
      await tasksOf(
        world,
        subjects.map(({ connectorId }) => connectorId),
      )
    ).map((task) => [task._id, task]),
  );

/** Syncs that did not end yet, and among them those that somebody works on. */
export async function liveOf(world: ShopWorld, subjects: Subject[]): Promise<{ live: number; running: number }> {
  const live = [...(await tasksById(world, subjects)).values()].filter(isLive);
  return { live: live.length, running: live.filter(({ status }) => status === 'running').length };
}

/** All ended, and what they had to tell is at the broker. */
export async function isSettled(world: ShopWorld, subjects: Subject[]): Promise<boolean> {
  const tasks = [...(await tasksById(world, subjects)).values()];
  return tasks.length === subjects.length && tasks.every((task) => !isLive(task) && task.outbox.length === 0);
}

/** The one sync of each shop, held against what its platform has. */
export async function judgeSyncs(world: ShopWorld, subjects: Subject[], pages: PageWrites): Promise<SyncVerdict[]> {
  const { platform, database } = world;
  const streams = database('sync-orchestrator').collection<{ _id: string; fence: number }>('streams');
  const [tasks, completed, changed] = await Promise.all([
    tasksById(world, subjects),
    toldOf(world, 'sync.completed'),
    toldOf(world, 'records.changed'),
  ]);
  const verdicts: SyncVerdict[] = [];
  for (const { connectorId, shopId, asked } of subjects) {
    const isAbout = ({ data }: { data: { connector_id: string } }) => data.connector_id === connectorId;
    const [rows, truth, stream] = await Promise.all([
      rowsOfAll(world, [connectorId]),
      platform.truthItems('tmall', shopId),
      streams.findOne({ _id: `${connectorId}:products` }),
    ]);
    verdicts.push(
      verdictOn({
        task: tasks.get(asked[0] ?? ''),
        rows: rows.get(connectorId) ?? [],
        source: truth.items,
        completed: completed.filter(isAbout),
        changed: changed.filter(isAbout),
        pageWrites: pages.of(asked[0] ?? ''),
        fence: stream?.fence ?? 0,
      }),
    );
  }
  return verdicts;
}
