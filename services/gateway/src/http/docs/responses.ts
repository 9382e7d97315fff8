import { statusOf } from '../refusal.ts';
import { type HeaderName, headerRefs } from './headers.ts';
import type { Answer, FamilyDocs, Operation, Refusal } from './operation.ts';
import { COMMON, refusalsOf } from './refusals.ts';
import type { RouteEntry } from './route-table.ts';

const EVERY: HeaderName[] = ['x-request-id', 'traceparent'];
const JSON_TYPE = 'application/json';
const LIMITS: HeaderName[] = ['ratelimit', 'ratelimit-policy'];

/** Everything an operation can answer, by status. */
export function responsesOf(docs: FamilyDocs, route: RouteEntry, operation: Operation): Record<string, object> {
  const refused = Map.groupBy(refusalsOf(route, operation), ({ error }) => statusOf(docs.family, error));
  return Object.fromEntries([
    ...[operation.answer, operation.otherwise].flatMap((answer) =>
      answer ? [[answer.status, answered(answer, route)]] : [],
    ),
    ...[...refused].map(([status, refusals]) => [status, refusedWith(docs, status, refusals)]),
  ]);
}

/** The refusals that operations refer to instead of repeating them. */
export const commonResponses = (docs: FamilyDocs): Record<string, object> =>
  Object.fromEntries(
    Object.entries(COMMON).map(([name, common]) => [
      name,
      written(docs, statusOf(docs.family, common.error), [common]),
    ]),
  );

function answered(
  { description, mediaType = JSON_TYPE, schema, examples = {}, headers = [] }: Answer,
  route: RouteEntry,
): object {
  const names = [
    ...EVERY,
    ...(route.guarded ? LIMITS : []),
    ...(route.idempotent ? (['idempotency-replayed'] as const) : []),
    ...headers,
  ];
  const content = schema === undefined ? {} : { content: { [mediaType]: { schema, examples: named(examples) } } };
  return { description, headers: headerRefs(names), ...content };
}

function refusedWith(docs: FamilyDocs, status: number, refusals: Refusal[]): object {
  const [first] = refusals;
  const name = refusals.length > 1 ? undefined : Object.keys(COMMON).find((each) => COMMON[each] === first);
  return name === undefined ? written(docs, status, refusals) : { $ref: `#/components/responses/${name}` };
}

function written({ family, refusal }: FamilyDocs, status: number, refusals: Refusal[]): object {
  const retry: HeaderName[] = status === 429 || status === 503 ? ['retry-after'] : [];
  const examples = refusals.map(({ when, error }) => [
    [error.code, ...Object.keys(error.details ?? {})].join('.'),
    { summary: when, value: family.refusal(error, status) },
  ]);
  return {
    description: refusals.map(({ when }) => when).join(' '),
    headers: headerRefs([...EVERY, ...retry]),
    content: json(refusal(status), Object.fromEntries(examples)),
  };
}

const json = (schema: object, examples: object) => ({ [JSON_TYPE]: { schema, examples } });

const named = (examples: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
