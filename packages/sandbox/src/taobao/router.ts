import { newSecret } from '@crossdock/kernel';
import type { Answer, Call } from '../edge/call.ts';
import type { World } from '../world.ts';
import { checkArguments, checkCommon, checkLimits, given, sessionProblem } from './checks.ts';
import { itemDetails } from './item-details.ts';
import { itemLists } from './item-lists.ts';
import type { Method } from './method.ts';
import { readParams } from './params.ts';
import { Refused, REFUSALS, type Refusal } from './refusals.ts';
import { seller } from './seller.ts';
import { tradeRates } from './trade-rates.ts';
import { trades } from './trades.ts';

const COMMON = [
  'method',
  'app_key',
  'session',
  'timestamp',
  'v',
  'sign_method',
  'sign',
  'format',
  'simplify',
  'partner_id',
  'target_app_key',
];

/** Every method played, each with the parameters it may carry. */
const METHODS = new Map(
  Object.entries({ ...itemLists, ...itemDetails, ...trades, ...tradeRates, ...seller } satisfies Record<
    string,
    Method
  >).map(([name, method]) => [
    name,
    {
      method,
      response: responseName(name),
      known: new Set([...COMMON, ...method.required, ...(method.optional ?? [])]),
    },
  ]),
);

const run = newSecret(6);
let answers = 0;
/** Another one for each answer; drawing each at random would cost as much as the signature. */
const requestId = () => `${run}${(answers += 1).toString(36)}`;

function responseName(method: string): string {
  return `${method.replace(/^taobao\./, '').replaceAll('.', '_')}_response`;
}

const json = (body: Answer['body'], outcome: Answer['outcome']): Answer => ({
  status: 200,
  type: 'application/json; charset=UTF-8',
  body,
  outcome,
});

export const refused = (refusal: Refusal): Answer =>
  json(
    JSON.stringify({ error_response: { ...refusal, request_id: requestId() } }),
    refusal.code === 7 ? 'rate_limited' : 'refused',
  );

/** One call of `/router/rest`: checked as the gateway does, then run, and answered in its envelope. */
export function route(call: Call, world: World): Answer {
  let delayMs = 0;
  try {
    if (call.method !== 'POST') throw new Refused(REFUSALS.httpMethod);
    const params = readParams(call);
    const name = given(params, 'method', REFUSALS.methodMissing);
    const entry = METHODS.get(name);
    if (entry === undefined) throw new Refused(REFUSALS.methodInvalid);
    const app = checkCommon(params, world.clock.ms());
    const simplify = params.get('simplify') === 'true';
    const { method, known, response } = entry;
    let inner: string;
    if (method.session) {
      const token = world.tokens.find(given(params, 'session', REFUSALS.sessionMissing));
      const problem = sessionProblem(token, app, world.clock.ms());
      const shop = world.shops.get('taobao', token?.shop ?? '');
      if (problem !== null || shop === undefined) throw new Refused(problem ?? REFUSALS.sessionUnknown);
      delayMs = shop.settings.latency_ms;
      checkLimits(world, app, shop);
      checkArguments(method, known, params);
      if (shop.settings.frozen) throw new Refused(REFUSALS.shopClosed);
      inner = method.run({ params, app, simplify, shop }, world);
    } else {
      checkLimits(world, app, undefined);
      checkArguments(method, known, params);
      inner = method.run({ params, app, simplify }, world);
    }
    const members = `${inner}${inner === '' ? '' : ','}"request_id":"${requestId()}"`;
    const text = simplify ? `{${members}}` : `{"${response}":{${members}}}`;
    return { ...json(Buffer.from(text, method.encoding), 'ok'), delayMs };
  } catch (err) {
    if (!(err instanceof Refused)) throw err;
    return { ...refused(err.refusal), delayMs };
  }
}
