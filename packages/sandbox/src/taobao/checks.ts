import type { Call } from '../edge/call.ts';
import { secretOf } from '../shops/apps.ts';
import type { Shop } from '../shops/shops.ts';
import type { Token } from '../shops/tokens.ts';
import type { World } from '../world.ts';
import { parseGmt8 } from './gmt8.ts';
import type { Method } from './method.ts';
import type { Params } from './params.ts';
import { invalidArgument, limited, missingArgument, Refused, REFUSALS, type Refusal } from './refusals.ts';
import { isSignMethod, SIGN_METHODS, signatureOf } from './signature.ts';

const TOLERANCE_S = 600;

/** A parameter that must be there and not be empty. */
export function given(params: Params, name: string, missing: Refusal): string {
  const value = params.get(name);
  if (!value) throw new Refused(missing);
  return value;
}

/** Method, app, time, version, format and signature, in the gateway's order; answers the app's key. */
export function checkCommon(params: Params, nowMs: number): string {
  const app = given(params, 'app_key', REFUSALS.appKeyMissing);
  const secret = secretOf(app);
  if (secret === undefined) throw new Refused(REFUSALS.appKeyInvalid);
  const at = parseGmt8(given(params, 'timestamp', REFUSALS.timestampMissing));
  if (at === undefined || Math.abs(at - Math.floor(nowMs / 1_000)) > TOLERANCE_S)
    throw new Refused(REFUSALS.timestampInvalid);
  if (given(params, 'v', REFUSALS.versionMissing) !== '2.0') throw new Refused(REFUSALS.versionInvalid);
  if (params.get('format') !== 'json') throw new Refused(REFUSALS.formatInvalid);
  const signMethod = given(params, 'sign_method', missingArgument('sign_method'));
  if (!isSignMethod(signMethod)) throw new Refused(invalidArgument('sign_method', `应为 ${SIGN_METHODS.join('、')}`));
  const sign = given(params, 'sign', REFUSALS.signMissing);
  if (sign !== signatureOf(params, secret, signMethod)) throw new Refused(REFUSALS.signInvalid);
  return app;
}

/** Unknown, of another app, revoked and expired are told apart; null when the token lives. */
export function sessionProblem(token: Token | undefined, app: string, nowMs: number): Refusal | null {
  if (token === undefined || token.gateway !== 'taobao' || token.app !== app) return REFUSALS.sessionUnknown;
  if (token.revoked) return REFUSALS.sessionRevoked;
  return token.accessUntil < nowMs ? REFUSALS.sessionExpired : null;
}

/** The app's bucket, then the shop's own. */
export function checkLimits(world: World, app: string, shop: Shop | undefined): void {
  const nowMs = world.clock.ms();
  const waitMs = world.apps.bucket('taobao', app)?.take(nowMs) || shop?.bucket?.take(nowMs) || 0;
  if (waitMs > 0) throw new Refused(limited(Math.ceil(waitMs / 1_000)));
}

/** Strict: what a method does not know is refused, not ignored. */
export function checkArguments(method: Method, known: ReadonlySet<string>, params: Params): void {
  for (const name of params.keys()) if (!known.has(name)) throw new Refused(invalidArgument(name, '未知参数'));
  for (const name of method.required) given(params, name, missingArgument(name));
}

/** The token a call presents, if it lives. */
export function liveToken(call: Call, world: World): Token | undefined {
  const session = new URLSearchParams(call.body).get('session');
  const token = session === null ? undefined : world.tokens.find(session);
  return token !== undefined && sessionProblem(token, token.app, world.clock.ms()) === null ? token : undefined;
}
