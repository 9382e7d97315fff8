import type { Answer, Call } from '../edge/call.ts';
import { secretOf } from '../shops/apps.ts';
import type { Token } from '../shops/tokens.ts';
import type { World } from '../world.ts';
import { isForm, readParams, type Params } from './params.ts';
import { Refused } from './refusals.ts';
import { tokenBody } from './token-body.ts';

const KNOWN = ['grant_type', 'client_id', 'client_secret', 'code', 'redirect_uri', 'refresh_token', 'state', 'view'];

const json = (status: number, body: string, outcome: Answer['outcome']): Answer => ({
  status,
  type: 'application/json; charset=UTF-8',
  body,
  outcome,
});

const refused = (error: string, error_description: string): Answer =>
  json(400, JSON.stringify({ error, error_description }), 'refused');

function readForm(call: Call): Params | string {
  if (!isForm(call)) return 'the body must be a form';
  try {
    const params = readParams(call);
    const unknown = [...params.keys()].find((name) => !KNOWN.includes(name));
    return unknown === undefined ? params : `unknown parameter ${unknown}`;
  } catch (err) {
    if (err instanceof Refused) return err.message;
    throw err;
  }
}

/** `POST /token`: a code or a refresh token for a new pair. */
export function exchange(call: Call, { tokens, shops, clock }: World): Answer {
  const params = readForm(call);
  if (typeof params === 'string') return refused('invalid_request', params);
  const text = (name: string) => params.get(name) ?? '';
  const app = text('client_id');
  const secret = secretOf(app);
  if (secret === undefined) return refused('invalid_client', 'client_id is unknown');
  if (text('client_secret') !== secret) return refused('invalid_client', 'client_secret is wrong');

  let token: Token | null;
  if (text('grant_type') === 'authorization_code') {
    token = tokens.redeem('taobao', { code: text('code'), app, redirectUri: text('redirect_uri') }, clock.ms());
    if (token === null)
      return refused('invalid_grant', 'code is unknown, used, expired, or of another client or redirect_uri');
  } else if (text('grant_type') === 'refresh_token') {
    token = tokens.refresh('taobao', { refresh: text('refresh_token'), app }, clock.ms());
    if (token === null) return refused('invalid_grant', 'refresh_token is unknown, used, expired or revoked');
  } else {
    return refused('unsupported_grant_type', 'grant_type must be authorization_code or refresh_token');
  }
  return json(200, tokenBody(token, shops.get('taobao', token.shop), clock.ms()), 'ok');
}
