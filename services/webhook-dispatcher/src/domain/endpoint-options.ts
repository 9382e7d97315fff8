import type { FieldErrors } from '@crossdock/kernel';
import { type Headers, headerFaults, normalHeaders } from './custom-headers.ts';
import type { Options } from './endpoint.ts';
import { compileFilter } from './filter.ts';
import { scheduleFault } from './retry-schedule.ts';
import { PAYLOADS, type PayloadForm } from './webhook.ts';

const SLOWEST = 0.1;
const FASTEST = 1_000;

/** Options as somebody asked for them: what is absent stays as it is, null is the usual. */
export interface AskedOptions {
  /** JSON text. */
  filter?: string | null;
  headers?: Headers;
  retrySchedule?: number[] | null;
  throttle?: number | null;
  payload?: string;
}

export const USUAL_OPTIONS: Options = { filter: null, retrySchedule: null, throttle: null, payload: 'full' };

const isPayload = (text: string): text is PayloadForm => (PAYLOADS as readonly string[]).includes(text);

/** The options that can be taken, or what is wrong with them by path. */
export function readOptions(asked: AskedOptions): {
  options: Partial<Options>;
  headers?: Headers;
  faults: FieldErrors;
} {
  const { filter, headers, retrySchedule, throttle, payload } = asked;
  const faults: FieldErrors = {};
  const options: Partial<Options> = {};
  if (filter === null) options.filter = null;
  else if (filter !== undefined) {
    const compiled = compileFilter(JSON.parse(filter));
    if ('faults' in compiled) Object.assign(faults, compiled.faults);
    // An empty one lets everything through.
    options.filter = filter === '{}' ? null : filter;
  }
  if (headers !== undefined) Object.assign(faults, headerFaults(headers));
  if (retrySchedule !== undefined) {
    const fault = retrySchedule === null ? null : scheduleFault(retrySchedule);
    if (fault !== null) faults['retry_schedule'] = [fault];
    options.retrySchedule = retrySchedule;
  }
  if (throttle !== undefined) {
    if (throttle !== null && !(throttle >= SLOWEST && throttle <= FASTEST))
      faults['throttle'] = [`应在每秒 ${SLOWEST} 到 ${FASTEST} 次之间`];
    options.throttle = throttle;
  }
  if (payload !== undefined) {
    if (isPayload(payload)) options.payload = payload;
    else faults['payload'] = [`只能是 ${PAYLOADS.join('、')}`];
  }
  return { options, faults, ...(headers !== undefined && { headers: normalHeaders(headers) }) };
}
