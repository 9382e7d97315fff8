import { expect } from '@jest/globals';
import type { Answer } from '../../src/e2e/http.ts';
import { recordsOf, type TestStack, until } from '../../src/index.ts';

/** Forms that answers and events have. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const ISO_MS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const CHINESE = /[\u4e00-\u9fff]/;

export const id = expect.stringMatching(UUID) as unknown as string;
export const time = expect.stringMatching(ISO) as unknown as string;
export const chinese = expect.stringMatching(CHINESE) as unknown as string;

/** Whatever is answered is JSON and carries the ids of its request. */
export function expectHeaders({ headers, status }: Answer): void {
  expect(headers.get('x-request-id')).toMatch(/\S/);
  expect(headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
  if (status !== 204) expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
}

/** The commerce family's. */
export const envelope = (data: unknown, message = 'success', code: number | string = 200) => ({ code, message, data });

/** The whole body: no field missing, none that is not named. */
export function expectAnswer(answer: Answer, status: number, body: unknown): void {
  expect([answer.status, answer.body]).toEqual([status, body]);
  expectHeaders(answer);
}

export interface TopicEvent {
  headers: Record<string, string>;
  // oxlint-disable-next-line typescript/no-explicit-any -- each topic has its own
  data: any;
}

/** What a topic tells of one key, each event once however often it was sent. */
export async function eventsOf({ topicPrefix }: TestStack, topic: string, key: string): Promise<TopicEvent[]> {
  const records = await recordsOf(topic, { topicPrefix });
  return records
    .filter((record) => record.key === key)
    .map(({ headers, value }) => ({ headers, data: JSON.parse(value) }));
}

/** What a connector's tasks told of its records, as soon as the end of this task is told: a task has ended before that is. */
export async function changesTold(stack: TestStack, connectorId: string, taskId: string): Promise<TopicEvent[]> {
  const isTold = async () =>
    (await eventsOf(stack, 'sync.completed', connectorId)).some(({ data }) => data.task_id === taskId);
  await until(isTold, { timeoutMs: 60_000, everyMs: 100, what: `what task ${taskId} tells` });
  return eventsOf(stack, 'records.changed', connectorId);
}
