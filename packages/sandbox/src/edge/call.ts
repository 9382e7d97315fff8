import type { IncomingHttpHeaders } from 'node:http';

/** One request to a platform, as it came over the wire. `path` has its query, `body` is the raw text. */
export interface Call {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Outcome = 'ok' | 'rate_limited' | 'fault' | 'refused';

export interface Answer {
  status: number;
  type: string;
  /** A text, or the bytes of one. */
  body: string | Buffer;
  outcome: Outcome;
  location?: string;
  /** How long the shop takes to answer. */
  delayMs?: number;
}

/** The whole request as one text, for `match`. */
export function rawText({ method, path, headers, body }: Call): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
  return `${method} ${path} HTTP/1.1\n${lines.join('\n')}\n\n${body}`;
}
