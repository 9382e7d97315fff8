import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';

const GMT8_MS = 8 * 3_600_000;

export type Form = Record<string, string>;
export type Scripted = (form: Form, res: ServerResponse) => void;

/** A time of the gateway. */
export const gmt8 = (ms: number): string => new Date(ms + GMT8_MS).toISOString().slice(0, 19).replace('T', ' ');

export const momentOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`) - GMT8_MS;

export const responseOf = (form: Form): string => `${form.method?.slice(7).replaceAll('.', '_')}_response`;

export function raw(status: number, body: string, headers: Record<string, string> = {}): Scripted {
  return (_form, res) => void res.writeHead(status, headers).end(body);
}

export const refusal = (error: object, headers?: Record<string, string>): Scripted =>
  raw(200, JSON.stringify({ error_response: error }), headers);

/** The gateway's words for arguments that do not fit. */
export const invalid = (what: string): string =>
  `{"error_response":{"code":41,"msg":"Invalid arguments:${what}","sub_code":"isv.invalid-parameter"}}`;

/** Rows of a newest-first list on the page that a form asks for, in the platform's wrapper. */
export function pageOf<T>(form: Form, rows: T[], text: (row: T) => string, [outer, inner]: [string, string]): string {
  const [page, size] = [Number(form.page_no), Number(form.page_size)];
  const shown = rows.slice((page - 1) * size, page * size).map(text);
  const list = shown.length === 0 ? '' : `"${outer}":{"${inner}":[${shown.join(',')}]},`;
  const count =
    form.use_has_next === 'true' ? `"has_next":${page * size < rows.length}` : `"total_results":${rows.length}`;
  return `{"${responseOf(form)}":{${list}${count},"request_id":"r1"}}`;
}

/** A row of JSON texts, without the fields that were not asked for and those without a text. */
export function rowText(fields: Record<string, string>, asked?: string): string {
  const only = asked?.split(',');
  const named = Object.entries(fields).filter(
    ([name, text]) => text !== '' && (only === undefined || only.includes(name)),
  );
  return `{${named.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

/** Not the adapter's code: what §3.3 of the protocol says, once more. */
export function signatureByHand(form: Form): string {
  let text = '';
  for (const key of Object.keys(form).sort()) if (key !== 'sign') text += `${key}${form[key]}`;
  return createHmac('sha256', 'helloworld').update(text, 'utf8').digest('hex').toUpperCase();
}
