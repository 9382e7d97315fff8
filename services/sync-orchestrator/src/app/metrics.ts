import { recent } from '@crossdock/kernel';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EndStatus } from '../domain/sync-task.ts';
import type { LiveTasks } from '../store/sync-tasks.ts';

export interface SyncMeter {
  /** This process ended a task. */
  ended(syncType: string, status: EndStatus): void;
  /** A platform answered: `ok` or the class of its failure. */
  called(platform: string, outcome: string): void;
}

export function syncMeter(registry: Registry): SyncMeter {
  const ended = new Counter({
    name: 'crossdock_sync_tasks_ended_total',
    help: 'Sync tasks ended by this process, by status and sync type',
    labelNames: ['status', 'sync_type'],
    registers: [registry],
  });
  const calls = new Counter({
    name: 'crossdock_platform_calls_total',
    help: 'Calls of platforms, by platform and outcome: ok or the class of the failure',
    labelNames: ['platform', 'outcome'],
    registers: [registry],
  });
  return {
    ended: (syncType, status) => ended.inc({ status, sync_type: syncType }),
    called: (platform, outcome) => calls.inc({ platform, outcome }),
  };
}

/** Looked up when somebody scrapes; nothing while the store cannot say. */
export function measureLiveTasks(registry: Registry, read: () => Promise<LiveTasks[]>): void {
  const live = recent(read);
  new Gauge({
    name: 'crossdock_sync_tasks',
    help: 'Live sync tasks of all processes, by status (queued, running) and sync type',
    labelNames: ['status', 'sync_type'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { status, syncType, count } of (await live()) ?? []) this.set({ status, sync_type: syncType }, count);
    },
  });
}
