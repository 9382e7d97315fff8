export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever JSON came, else null
  body: any;
  text: string;
}

export interface Send {
  /** The bearer token. */
  token?: string;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with the content type its header names. */
  raw?: string | Uint8Array<ArrayBuffer> | URLSearchParams;
  headers?: Record<string, string>;
}

export type Http = (method: string, path: string, send?: Send) => Promise<Answer>;

/** Calls as any client outside makes them; a redirect is an answer like another. */
export const http =
  (base: string): Http =>
  async (method, path, { token, json, raw, headers = {} } = {}) => {
    const body = json === undefined ? raw : JSON.stringify(json);
    const answer = await fetch(base + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parse(text), text };
  };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
