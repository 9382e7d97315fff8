import { recordsOf } from '@crossdock/testing';
import { deliveryId } from '../../src/domain/delivery.ts';
import type { Arrival } from '../chaos/partners.ts';
import type { Doomed } from './doomed.ts';
import type { Subject } from './subject.ts';

/** What is missing or stuck, and what took effect twice: both empty when all is well. The same call made again is neither. */
export interface Verdict {
  lost: string[];
  twice: string[];
  /** Calls that a partner had accepted before. */
  repeated: number;
}

interface DeliveryRow {
  _id: string;
  endpointId: string;
  eventId: string;
  status: string;
  holder: string | null;
  attemptCount: number;
  outbox?: unknown[];
}

interface EndpointRow {
  _id: string;
  connectorId: string;
  status: string;
  deletedAt: Date | null;
  outbox: unknown[];
}

interface RecoveryRow {
  _id: string;
  endpointId: string;
  status: string;
  count: number;
  processed: number;
  resent: number;
  outbox: unknown[];
}

/** What is stored of some subjects. */
export interface Facts {
  endpoints: EndpointRow[];
  deliveries: DeliveryRow[];
  recoveries: RecoveryRow[];
}

export async function factsOf({ theatre: { db } }: Doomed, subjects: Subject[]): Promise<Facts> {
  const connectorId = { $in: subjects.map((subject) => subject.connectorId) };
  const endpoints = await db.collection<EndpointRow>('endpoints').find({ connectorId }).toArray();
  const endpointId = { $in: endpoints.map(({ _id }) => _id) };
  const [deliveries, recoveries] = await Promise.all([
    db.collection<DeliveryRow>('deliveries').find({ endpointId }).toArray(),
    db.collection<RecoveryRow>('recoveries').find({ endpointId }).toArray(),
  ]);
  return { endpoints, deliveries, recoveries };
}

/** What of a subject is stored and was seen by its partner, held against what was asked. */
export function stateVerdict(subject: Subject, facts: Facts, arrivals: Arrival[]): Verdict {
  const verdict: Verdict = { lost: [], twice: [], repeated: 0 };
  const { lost, twice } = verdict;
  const endpoints = facts.endpoints.filter(({ connectorId }) => connectorId === subject.connectorId);
  if (endpoints.length > 1) twice.push(`${endpoints.length} endpoints of one create`);
  const endpoint = endpoints.find(({ _id }) => _id === subject.endpointId);
  const stands = endpoint?.deletedAt ? 'deleted' : endpoint?.status;
  if (stands !== subject.status) lost.push(`the endpoint is ${stands}, not ${subject.status}`);
  judgeDeliveries(subject, facts, arrivals, verdict);

  const recoveries = facts.recoveries.filter(({ endpointId }) => endpointId === subject.endpointId);
  if (recoveries.length > subject.recoveries) twice.push(`${recoveries.length} recoveries of ${subject.recoveries}`);
  for (const { status, count, processed, resent } of recoveries)
    if (status !== 'completed' || processed !== count || resent !== count)
      lost.push(`a recovery is ${status} at ${processed} (${resent} sent) of ${count}`);
  const rows = [
    ...endpoints,
    ...recoveries,
    ...facts.deliveries.filter((row) => row.endpointId === subject.endpointId),
  ];
  const untold = rows.reduce((count, { outbox = [] }) => count + outbox.length, 0);
  if (untold > 0) lost.push(`${untold} events that nobody was told`);
  return verdict;
}

function judgeDeliveries(subject: Subject, facts: Facts, arrivals: Arrival[], verdict: Verdict): void {
  const { lost, twice } = verdict;
  const rows = facts.deliveries.filter(({ endpointId }) => endpointId === subject.endpointId);
  const byEvent = Map.groupBy(rows, ({ eventId }) => eventId);
  const calls = Map.groupBy(
    arrivals.filter(({ path }) => path === subject.path),
    ({ webhookId }) => webhookId,
  );
  for (const [eventId, { ends, sends }] of subject.dues) {
    const [row, ...others] = byEvent.get(eventId) ?? [];
    const seen = calls.get(eventId) ?? [];
    const accepted = seen.filter((call) => call.accepted).length;
    if (row?.status !== ends || row.holder !== null) lost.push(`${eventId} is ${row?.status}, to be ${ends}`);
    if (accepted < sends) lost.push(`${eventId} was accepted ${accepted} times of ${sends}`);
    if (others.length > 0) twice.push(`${eventId} has ${others.length + 1} deliveries`);
    if (new Set(seen.map(({ body }) => body)).size > 1) twice.push(`${eventId} was sent with different bytes`);
    if (seen.some(({ body }) => (JSON.parse(body) as { id: string }).id !== eventId))
      twice.push(`${eventId} was sent under another id`);
    if (seen.some(({ signed }) => !signed)) lost.push(`a signature of ${eventId}`);
    verdict.repeated += Math.max(0, accepted - sends);
    byEvent.delete(eventId);
    calls.delete(eventId);
  }
  if (byEvent.size > 0) twice.push(`${byEvent.size} deliveries nobody asked for`);
  if (calls.size > 0) twice.push(`${calls.size} webhooks nobody asked for`);
}

/** Waits until all is in step, no longer than that, and holds each subject against what is stored, was seen and was told. */
export async function judge(world: Doomed, subjects: Subject[], patienceMs: number): Promise<Verdict[]> {
  const states = async () => {
    const facts = await factsOf(world, subjects);
    return subjects.map((subject) => stateVerdict(subject, facts, world.town.arrivals));
  };
  const deadline = Date.now() + patienceMs;
  let verdicts = await states();
  while (verdicts.some(({ lost }) => lost.length > 0) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    verdicts = await states();
  }
  const told = await toldBy(world);
  await Promise.all(
    subjects.map(async (subject, n) => {
      judgeTold(subject, told, verdicts[n]!);
      await judgeAttempts(world, subject, verdicts[n]!);
    }),
  );
  return verdicts;
}

interface Told {
  audits: { target: string; action: string }[];
  errors: { connector_id: string; kind: string }[];
}

async function toldBy({ theatre }: Doomed): Promise<Told> {
  const of = async (topic: string) =>
    (await recordsOf(topic, theatre)).map(({ value }) => JSON.parse(value) as unknown);
  const [audits, errors] = await Promise.all([of('audit.recorded'), of('connector.error')]);
  return { audits, errors } as Told;
}

/** What was done was told under one id each time. */
function judgeTold(subject: Subject, { audits, errors }: Told, { lost, twice }: Verdict): void {
  const mine = `webhook/${subject.endpointId}`;
  const told = Map.groupBy(
    audits.filter(({ target }) => target === mine || target.startsWith(`${mine}/`)),
    ({ action }) => action,
  );
  for (const action of new Set([...told.keys(), ...subject.audits.keys()]))
    compare(action, told.get(action)?.length ?? 0, subject.audits.get(action) ?? 0);
  const notices = errors.filter(
    (each) => each.connector_id === subject.connectorId && each.kind === 'webhook_disabled',
  );
  compare('the notice of disabling', notices.length, subject.notices);

  function compare(what: string, count: number, wanted: number): void {
    if (count < wanted) lost.push(`${what} was told ${count} times of ${wanted}`);
    if (count > wanted) twice.push(`${what} was told ${count} times, not ${wanted}`);
  }
}

/** Numbered from one on, each of a call that was made. */
async function judgeAttempts({ stores, town }: Doomed, subject: Subject, { lost, twice }: Verdict): Promise<void> {
  const calls = Map.groupBy(
    town.arrivals.filter(({ path }) => path === subject.path),
    ({ webhookId }) => webhookId,
  );
  for (const eventId of subject.dues.keys()) {
    const attempts = await stores.attempts.of(deliveryId(subject.endpointId, eventId));
    const made = calls.get(eventId)?.length ?? 0;
    if (attempts.some(({ number }, n) => number !== n + 1)) lost.push(`an attempt of ${eventId}`);
    if (attempts.length > made) twice.push(`${eventId} has ${attempts.length} attempts of ${made} calls`);
  }
}
