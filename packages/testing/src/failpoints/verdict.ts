import type { Facts, Told } from './facts.ts';
import { isLive, lastSyncOf, type Subject } from './subject.ts';

/** What the platform has, and how often it was asked for tokens. */
export interface Truth {
  items: { id: string; updated_at: string }[];
  exchanges: number;
}

/** What is missing or stale, and what took effect twice: both empty when all is well. */
export interface Verdict {
  lost: string[];
  twice: string[];
}

const idsOf = (told: Told[]): Set<string> => new Set(told.map(({ id }) => id));

interface Change {
  external_id: string;
  op: string;
  version: number;
}

const changesOf = (told: Told[]): Change[] =>
  told.flatMap(({ data }) => (data.entity === 'products' ? (data.changes as Change[]) : []));

/** What should have happened to a subject, held against what is stored and was told. */
export function verdictOf(subject: Subject, facts: Facts, truth: Truth): Verdict {
  const verdict: Verdict = { lost: [], twice: [] };
  judgeTasks(subject, facts, verdict);
  judgeRows(subject, facts, truth, verdict);
  judgeConnector(subject, facts, truth, verdict);
  return verdict;
}

/** Exactly one event id tells of a thing. */
function once(what: string, told: Told[], { lost, twice }: Verdict): void {
  const { size } = idsOf(told);
  if (size === 0) lost.push(`${what} was never told`);
  if (size > 1) twice.push(`${what} was told under ${size} ids`);
}

function judgeTasks({ asked, scheduled }: Subject, { tasks, told }: Facts, verdict: Verdict): void {
  const { lost, twice } = verdict;
  const known = new Set(tasks.map(({ _id }) => _id));
  for (const id of asked) if (!known.has(id)) lost.push(`task ${id} is gone`);
  const extra = tasks.length - new Set(asked).size - scheduled;
  if (extra > 0) twice.push(`${extra} tasks more than were asked for`);
  if (extra < 0) lost.push(`${-extra} tasks never began`);
  for (const task of tasks) {
    const name = `${task.kind} task ${task._id}`;
    const of = (topic: 'sync.requested' | 'sync.completed') =>
      told[topic].filter(({ data }) => data.task_id === task._id);
    if (isLive(task)) lost.push(`${name} never ended`);
    if (task.outbox.length > 0) lost.push(`${name} has ${task.outbox.length} events that nobody was told`);
    once(`the request of ${name}`, of('sync.requested'), verdict);
    once(`the end of ${name}`, of('sync.completed'), verdict);
    const { synced, failed, skipped } = task.counters;
    const stands = { status: task.status, progress: { total: task.total, synced, failed, skipped } };
    for (const { data } of of('sync.completed'))
      if (JSON.stringify({ status: data.status, progress: data.progress }) !== JSON.stringify(stands))
        lost.push(`${name} ended as ${JSON.stringify(stands)} and was told as ${JSON.stringify(data)}`);
    if (task.total !== synced + failed) lost.push(`${name} counted ${synced} + ${failed} of ${task.total}`);
    const audits = told['audit.recorded'].filter(({ data }) => data.target === `sync_task/${task._id}`);
    const byAction = Map.groupBy(audits, ({ data }) => data.action as string);
    for (const [action, rows] of byAction) once(`${action} of ${name}`, rows, verdict);
    if (task.trigger === 'manual' && !byAction.has('sync.started')) lost.push(`nobody knows who started ${name}`);
  }
}

function judgeRows(subject: Subject, { rows, told, tasks }: Facts, truth: Truth, { lost, twice }: Verdict): void {
  const known = new Map<string, { version: number; alive: boolean }>();
  for (const { external_id: id, op, version } of changesOf(told['records.changed'])) {
    const alive = op !== 'deleted';
    const before = known.get(id);
    if (before === undefined || version > before.version) known.set(id, { version, alive });
    else if (version === before.version && alive !== before.alive)
      twice.push(`version ${version} of ${id} was told both as alive and as deleted`);
  }
  for (const { externalId: id, version, deletedAt } of rows) {
    const heard = known.get(id);
    if (heard?.version !== version || heard.alive !== (deletedAt === null))
      lost.push(`${id} stands at version ${version}, told was ${heard?.version}`);
    known.delete(id);
  }
  for (const id of known.keys()) lost.push(`${id} was told and is not stored`);
  if (!subject.synced || subject.deleted) return;

  const stored = new Map(rows.filter(({ deletedAt }) => deletedAt === null).map((row) => [row.externalId, row]));
  for (const { id, updated_at: updatedAt } of truth.items) {
    if (subject.poisoned.has(id)) continue;
    const at = stored.get(id)?.sourceUpdatedAt?.getTime();
    if (at !== Date.parse(updatedAt)) lost.push(`${id} is stored as of ${at}, the platform has ${updatedAt}`);
    stored.delete(id);
  }
  for (const id of stored.keys()) lost.push(`${id} is stored and gone at the platform`);
  const last = tasks.findLast(({ kind, status }) => kind === 'full' && status === 'completed');
  const met = truth.items.filter(({ id }) => subject.poisoned.has(id)).length;
  if (last !== undefined && last.counters.failed !== met) lost.push(`${last.counters.failed} errors of ${met}`);
  if (last !== undefined && last === tasks.at(-1) && last.total !== truth.items.length)
    lost.push(`the last full sync counted ${last.total} of ${truth.items.length}`);
}

function judgeConnector(subject: Subject, facts: Facts, truth: Truth, verdict: Verdict): void {
  const { lost, twice } = verdict;
  const { connectors, told, tasks, schedules, rows } = facts;
  if (connectors.length > 1) twice.push(`${connectors.length} connectors of one shop`);
  const connector = connectors.find(({ _id }) => _id === subject.connectorId);
  if (connector === undefined) return void lost.push('the connector is gone');
  if (connector.outbox.length > 0)
    lost.push(`the connector has ${connector.outbox.length} events that nobody was told`);
  for (let version = 1; version <= connector.version; version++)
    once(
      `version ${version}`,
      told['connector.changed'].filter(({ data }) => data.version === version),
      verdict,
    );
  const errors = Map.groupBy(told['connector.error'], ({ data }) => `${data.version} ${data.kind}`);
  for (const [which, rows] of errors) once(`error ${which}`, rows, verdict);
  const audits = told['audit.recorded'].filter(({ data }) => data.target === `connector/${connector._id}`);
  const changes = idsOf(audits).size - connector.version;
  if (changes < 0) lost.push(`${-changes} changes nobody answers for`);
  if (changes > 0) twice.push(`${changes} changes answered for twice`);
  if (schedules[0]?.version !== connector.version)
    lost.push(`the scheduler knows version ${schedules[0]?.version} of ${connector.version}`);
  if (truth.exchanges > subject.consents) twice.push(`${truth.exchanges} codes used of ${subject.consents}`);
  if (subject.deleted) {
    if (connector.deletedAt === null || connector.credential !== null) lost.push('the deletion');
    return;
  }
  if (connector.credential === null) lost.push('no credential');
  const last = lastSyncOf(tasks);
  const living = rows.filter(({ deletedAt }) => deletedAt === null).length;
  if (last !== undefined && connector.lastSync?.taskId !== last._id)
    lost.push(`statistics are of ${connector.lastSync?.taskId}`);
  if (last !== undefined && connector.statistics.totalProducts !== living)
    lost.push(`statistics say ${connector.statistics.totalProducts} of ${living} products`);
}
