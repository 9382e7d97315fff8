import type { EndpointOptions } from '@crossdock/contracts/grpc/webhook-dispatcher';
import Type, { type Static } from 'typebox';

const orNull = <S extends Type.TSchema>(schema: S, description: string) =>
  Type.Optional(Type.Union([schema, Type.Null()], { description }));

/** What a partner may decide of what it is sent, and how; null is the usual. The dispatcher looks into each. */
export const webhookOptions = {
  filter: orNull(
    Type.Record(Type.String(), Type.Unknown()),
    'Only what it lets through is sent; null for all. A dotted path (`type`, `data.status`) stands before a value it must equal or before operators that must all hold: `eq`, `ne`, `gt`, `gte`, `lt`, `lte`, `in`, `nin`, `exists`, `starts_with`, `ends_with`, `contains`. `and`, `or` (lists) and `not` join filters, at most 5 deep and 100 conditions in all. A field that is not there fulfils only `ne`, `nin` and `exists: false`.',
  ),
  headers: orNull(
    Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4_000 }), { maxProperties: 50 }),
    'Sent with each call: `Authorization` and `X-…`, at most 10. Secrets are shown as `***`; sent back so they stay, unless the address changes.',
  ),
  retry_schedule: orNull(
    Type.Array(Type.Integer({ minimum: 0, maximum: 100_000_000 }), { maxItems: 100 }),
    'Seconds to wait after each failure, at most 20 steps of 1 s to 7 days and 14 days in all; null for 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h. Each varies by a fifth.',
  ),
  throttle: orNull(Type.Number({ minimum: 0.1, maximum: 1_000 }), 'Calls a second at most; null for as many as come.'),
  payload: Type.Optional(
    Type.Enum(['full', 'thin'], { description: '`thin` bodies carry of `data` only the fields that end in `_id`.' }),
  ),
};

const options = Type.Object(webhookOptions);

/** As the dispatcher is asked for them. */
export function optionsOf(body: Static<typeof options>): EndpointOptions {
  const { filter, headers, retry_schedule: schedule, throttle, payload } = body;
  return {
    filterJson: filter === undefined ? undefined : filter === null ? '' : JSON.stringify(filter),
    headers: headers === undefined ? undefined : { values: headers ?? {} },
    retrySchedule: schedule === undefined ? undefined : { usual: schedule === null, seconds: schedule ?? [] },
    throttle: throttle === undefined ? undefined : (throttle ?? 0),
    payload,
  };
}
