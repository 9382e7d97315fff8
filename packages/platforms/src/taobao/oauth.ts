import { type FailureClass, PlatformError } from '@crossdock/kernel';
import type { Grant, PlatformAdapter } from '../adapter.ts';
import type { HttpClient } from '../http-client.ts';
import { httpFailure, type JsonObject, malformed, parseObject } from './answer.ts';
import { accountText } from './fields.ts';
import { withoutSecrets } from './top-client.ts';

/** Read and write levels end on their own; these are the ones whose calls we make. */
const LIFETIMES = ['expires_in', 'r1_expires_in', 'w1_expires_in'];

const REFUSALS: Record<string, FailureClass> = {
  invalid_grant: 'AUTH_REVOKED',
  access_denied: 'AUTH_REVOKED',
  invalid_client: 'CONFIG',
  unauthorized_client: 'CONFIG',
  redirect_uri_mismatch: 'CONFIG',
  temporarily_unavailable: 'RETRYABLE',
  server_error: 'RETRYABLE',
};

export function taobaoOauth(
  http: HttpClient,
  authUrl: string,
): Pick<PlatformAdapter, 'authorizeUrl' | 'exchangeCode' | 'refresh'> {
  type TokenRequest = Parameters<PlatformAdapter['exchangeCode']>[0] | Parameters<PlatformAdapter['refresh']>[0];

  async function requestToken({ config, now, signal }: TokenRequest, params: Record<string, string>): Promise<Grant> {
    const secrets = [config.app_secret, params.code, params.refresh_token];
    const app = { client_id: config.app_key ?? '', client_secret: config.app_secret ?? '' };
    const answer = await http.postForm(`${authUrl}/token`, { ...app, ...params }, signal);
    const body = parseObject(answer.body);
    if (typeof body?.error === 'string') throw withoutSecrets(refusal(body), secrets);
    if (answer.status !== 200) throw httpFailure(answer, now());
    if (body === null) throw malformed('no token');
    return grantOf(body, now());
  }

  return {
    authorizeUrl({ config, redirectUri, state }) {
      const query = {
        response_type: 'code',
        client_id: config.app_key ?? '',
        redirect_uri: redirectUri,
        state,
        view: 'web',
      };
      return `${authUrl}/authorize?${new URLSearchParams(query).toString()}`;
    },
    exchangeCode: (request) =>
      requestToken(request, {
        grant_type: 'authorization_code',
        code: request.code,
        redirect_uri: request.redirectUri,
      }),
    refresh: (request) => requestToken(request, { grant_type: 'refresh_token', refresh_token: request.refreshToken }),
  };
}

function grantOf(body: JsonObject, now: Date): Grant {
  const accountId = accountText(body.taobao_user_id);
  const lifetimes = LIFETIMES.map((name) => seconds(body[name])).filter(
    (value) => value !== null && value > 0,
  ) as number[];
  if (
    typeof body.access_token !== 'string' ||
    body.access_token === '' ||
    accountId === null ||
    lifetimes.length === 0
  ) {
    throw malformed('a token without its account or lifetime');
  }
  const after = (s: number) => new Date(now.getTime() + s * 1_000);
  const refreshSeconds = seconds(body.re_expires_in);
  const refreshable = typeof body.refresh_token === 'string' && body.refresh_token !== '' && refreshSeconds !== 0;
  return {
    accessToken: body.access_token,
    refreshToken: refreshable ? (body.refresh_token as string) : null,
    expiresAt: after(Math.min(...lifetimes)),
    refreshExpiresAt: refreshable && refreshSeconds !== null ? after(refreshSeconds) : null,
    accountId,
    accountName: nickOf(body.taobao_user_nick) ?? accountId,
  };
}

function seconds(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : null;
}

/** The nick comes URL-encoded; one that is not stays as it is. */
function nickOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function refusal(body: JsonObject): PlatformError {
  const code = body.error as string;
  const detail = typeof body.error_description === 'string' ? ` ${body.error_description}` : '';
  return new PlatformError(REFUSALS[code] ?? 'PERMANENT', `token request: ${code}${detail}`.slice(0, 300), { code });
}
