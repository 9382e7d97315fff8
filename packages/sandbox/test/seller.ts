import { sandboxControl, startSandbox, type SandboxOptions } from '../src/index.ts';
import { gmt8 } from '../src/taobao/gmt8.ts';
import { signatureOf, type SignMethod } from '../src/taobao/signature.ts';

export const APP = 'sandbox-app';
const SECRET = 'sandbox-secret';

type Fields = Record<string, string>;

/** What a token answers, as far as tests look. */
export interface TokenAnswer {
  access_token: string;
  refresh_token: string;
  taobao_user_id: string;
  taobao_user_nick: string;
  expires_in: number;
  error?: string;
}

/** A sandbox of a test's own, with a client that speaks the wire by hand. */
export async function startWithClient(options: Partial<SandboxOptions> = {}) {
  const sandbox = await startSandbox({ port: 0, controlPort: 0, ...options });
  const control = sandboxControl(sandbox.controlUrl);
  const now = () => options.clock?.().getTime() ?? Date.now();

  function common(method: string, session: string | undefined, business: Fields): Fields {
    const at = gmt8(Math.floor(now() / 1_000));
    const known = { method, app_key: APP, timestamp: at, v: '2.0', format: 'json', sign_method: 'md5' };
    return session === undefined ? { ...known, ...business } : { ...known, session, ...business };
  }

  const sign = (params: Fields, secret = SECRET): Fields => ({
    ...params,
    sign: signatureOf(Object.entries(params), secret, params['sign_method'] as SignMethod),
  });

  /** Sends a form as it is given. */
  const post = (form: Fields | string, path = '/taobao/router/rest') =>
    fetch(`${sandbox.url}${path}`, { method: 'POST', body: new URLSearchParams(form) });

  /** A signed call, answered as raw text. */
  const call = async (method: string, session: string | undefined, business: Fields = {}): Promise<string> =>
    (await post(sign(common(method, session, business)))).text();

  const decide = (decision: 'approve' | 'deny', shopId: string, redirectUri: string, state = 's1') =>
    fetch(`${sandbox.url}/taobao/authorize`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({
        response_type: 'code',
        client_id: APP,
        redirect_uri: redirectUri,
        state,
        shop_id: shopId,
        decision,
      }),
    });

  async function code(shopId: string, redirectUri = 'http://127.0.0.1:9/cb'): Promise<string> {
    const answer = await decide('approve', shopId, redirectUri);
    return new URL(answer.headers.get('location') as string).searchParams.get('code') as string;
  }

  const tokenCall = async (form: Fields): Promise<TokenAnswer> =>
    (await (await post({ client_id: APP, client_secret: SECRET, ...form }, '/taobao/token')).json()) as TokenAnswer;

  const exchange = (given: string, redirectUri = 'http://127.0.0.1:9/cb') =>
    tokenCall({ grant_type: 'authorization_code', code: given, redirect_uri: redirectUri });

  const refresh = (refreshToken: string) => tokenCall({ grant_type: 'refresh_token', refresh_token: refreshToken });

  const session = async (shopId: string): Promise<string> => (await exchange(await code(shopId))).access_token;

  return {
    ...sandbox,
    control,
    common,
    sign,
    post,
    call,
    decide,
    code,
    tokenCall,
    exchange,
    refresh,
    session,
    [Symbol.asyncDispose]: sandbox.stop,
  };
}
