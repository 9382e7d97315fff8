import type { FastifyInstance } from 'fastify';
import { FAULT_KINDS, valueProblem, type FaultKind } from '../edge/faults.ts';
import type { RequestFilter } from '../edge/requests.ts';
import { GATEWAY_OF } from '../shops/platforms.ts';
import type { World } from '../world.ts';
import { decideAsMerchant, type Decision } from './merchant.ts';
import { ControlRefusal, platformNamed } from './refusal.ts';

const faultBody = {
  type: 'object',
  required: ['platform', 'kind'],
  additionalProperties: false,
  properties: {
    platform: { type: 'string' },
    kind: { type: 'string' },
    match: { type: 'string', minLength: 1 },
    after: { type: 'integer', minimum: 0 },
    times: { type: 'integer', minimum: 1 },
    value: { type: ['number', 'string'] },
  },
};

interface FaultBody {
  platform: string;
  kind: string;
  match?: string;
  after?: number;
  times?: number;
  value?: number | string;
}

const authorizeBody = {
  type: 'object',
  required: ['auth_url', 'shop_id'],
  additionalProperties: false,
  properties: { auth_url: { type: 'string' }, shop_id: { type: 'string' }, approve: { type: 'boolean' } },
};

const clockBody = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
  properties: { advance_ms: { type: 'integer' }, now: { type: 'string' } },
};

const MAX_CLOCK_MS = 8e12;

export interface WorldDeps extends World {
  /** Called with each move of the clock. */
  keepClock(offsetMs: number): void;
  resetAll(): void;
}

/** Epoch milliseconds of an ISO text or of digits. */
function moment(name: string, text: string): number {
  const ms = /^\d{12,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms) || Math.abs(ms) > MAX_CLOCK_MS) throw new ControlRefusal(400, `${name} is no time: ${text}`);
  return ms;
}

/** Faults, the merchant, the request log, the clock, and the way back to an empty sandbox. */
export function worldRoutes(app: FastifyInstance, { clock, faults, requests, keepClock, resetAll }: WorldDeps): void {
  app.post<{ Body: FaultBody }>('/control/faults', { schema: { body: faultBody } }, async ({ body }) => {
    const { platform, kind, after = 0, times = 1, match, value } = body;
    const gateway = GATEWAY_OF[platformNamed(platform, 400)];
    if (!(FAULT_KINDS as readonly string[]).includes(kind))
      throw new ControlRefusal(400, `unknown kind ${kind}; there are ${FAULT_KINDS.join(', ')}`);
    const problem = valueProblem(kind as FaultKind, value);
    if (problem !== null) throw new ControlRefusal(400, problem);
    const told = { ...(match === undefined ? {} : { match }), ...(value === undefined ? {} : { value }) };
    faults.add({ gateway, kind: kind as FaultKind, after, times, ...told });
    return { platform, kind, after, times, ...told };
  });

  app.delete<{ Querystring: { match?: string } }>('/control/faults', async ({ query }) => ({
    deleted: faults.remove(query.match),
  }));

  app.post<{ Body: Decision }>('/control/authorize', { schema: { body: authorizeBody } }, async ({ body }) =>
    decideAsMerchant(body),
  );

  app.get<{ Querystring: { platform?: string; match?: string; since?: string } }>(
    '/control/requests',
    async ({ query }) => {
      const filter: RequestFilter = {};
      if (query.platform !== undefined) filter.gateway = GATEWAY_OF[platformNamed(query.platform, 400)];
      if (query.match !== undefined) filter.match = query.match;
      if (query.since !== undefined) filter.since = moment('since', query.since);
      return {
        items: requests
          .find(filter)
          .map(({ gateway: _gateway, at, ...entry }) => ({ at: new Date(at).toISOString(), ...entry })),
      };
    },
  );

  app.post<{ Body: { advance_ms?: number; now?: string } }>(
    '/control/clock',
    { schema: { body: clockBody } },
    async ({ body }) => {
      const by = body.now === undefined ? (body.advance_ms as number) : moment('now', body.now) - clock.ms();
      if (Math.abs(clock.ms() + by) > MAX_CLOCK_MS) throw new ControlRefusal(400, 'the clock cannot go that far');
      clock.moveBy(by);
      keepClock(clock.offsetMs());
      return { now: clock.now().toISOString() };
    },
  );

  app.post('/control/reset', async () => {
    resetAll();
    return { reset: true };
  });
}
