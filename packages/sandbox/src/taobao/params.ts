import type { Call } from '../edge/call.ts';
import { invalidArgument, Refused } from './refusals.ts';

export type Params = Map<string, string>;

/** The decoded parameters of a call, from its query and its form alike; a name that comes twice is refused. */
export function readParams(call: Call): Params {
  const params: Params = new Map();
  const query = call.path.indexOf('?');
  if (query >= 0) addAll(params, call.path.slice(query + 1));
  if (isForm(call)) addAll(params, call.body);
  return params;
}

export const isForm = (call: Call): boolean =>
  (call.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');

function addAll(params: Params, text: string): void {
  for (const [name, value] of new URLSearchParams(text)) {
    if (params.has(name)) throw new Refused(invalidArgument(name, '重复'));
    params.set(name, value);
  }
}
