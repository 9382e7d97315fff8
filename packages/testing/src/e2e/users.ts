import { http, type Answer, type Http, type Send } from './http.ts';

export const PASSWORD = 'crossdock-demo';

/** Someone who is logged in; paths of the short forms count from `/api/v1/connectors`. */
export interface User {
  token: string;
  send: Http;
  get(path: string): Promise<Answer>;
  post(path: string, json?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, json: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

export async function logIn(gateway: string, username: string, audience?: string): Promise<User> {
  const answer = await http(gateway)('POST', '/api/auth/login', { json: { username, password: PASSWORD, audience } });
  if (answer.status !== 200) throw new Error(`${username} cannot log in: ${answer.text}`);
  return userOf(gateway, answer.body.data.token as string);
}

function userOf(gateway: string, token: string): User {
  const ask = http(gateway);
  const send: Http = (method, path, given: Send = {}) => ask(method, path, { token, ...given });
  const commerce = (method: string, path: string, given?: Send) => send(method, `/api/v1/connectors${path}`, given);
  return {
    token,
    send,
    get: (path) => commerce('GET', path),
    post: (path, json, headers = {}) => commerce('POST', path, { json, headers }),
    put: (path, json) => commerce('PUT', path, { json }),
    delete: (path) => commerce('DELETE', path),
  };
}
