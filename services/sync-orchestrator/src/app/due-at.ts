import { nextSyncAt } from '@crossdock/contracts';
import { countsFrom, type Schedule } from '../domain/schedule.ts';

/** When a connector is due, as the registry shows it; null while it does not sync by itself. */
export function dueAt(
  schedule: Pick<Schedule, 'connectorId' | 'runs' | 'intervalMinutes' | 'authorizedAt' | 'ranAt'>,
  lastStart: Date | null,
): Date | null {
  const since = countsFrom(schedule, lastStart);
  return since && nextSyncAt(schedule.connectorId, since, schedule.intervalMinutes);
}
