import { AppError, type FieldErrors, isAppError } from '@crossdock/kernel';
import type { Outbound } from '@crossdock/outbound';
import type { Headers } from '../domain/custom-headers.ts';
import { endpointFaults, type Options } from '../domain/endpoint.ts';
import { type AskedOptions, readOptions } from '../domain/endpoint-options.ts';

export interface AskedEndpoint {
  url?: string | undefined;
  events?: readonly string[] | undefined;
  secret?: string | undefined;
  options: AskedOptions;
}

export interface CheckedEndpoint {
  /** The url as it is called, undefined without one. */
  target: string | undefined;
  options: Partial<Options>;
  headers?: Headers;
}

/** What can be taken of an endpoint somebody wants, new or changed; all faults at once. */
export async function checkEndpoint(outbound: Outbound, asked: AskedEndpoint): Promise<CheckedEndpoint> {
  const { faults, ...taken } = readOptions(asked.options);
  const details: FieldErrors = { ...endpointFaults(asked), ...faults };
  const target = asked.url === undefined ? undefined : await targetOf(outbound, asked.url, details);
  if (Object.keys(details).length > 0) throw new AppError('invalid', 'VALIDATION', '参数校验失败', { details });
  return { target, ...taken };
}

async function targetOf(outbound: Outbound, url: string, details: FieldErrors): Promise<string | undefined> {
  try {
    const target = await outbound.check(url);
    target.hash = '';
    return target.href;
  } catch (err) {
    if (!isAppError(err)) throw err;
    Object.assign(details, err.details);
    return undefined;
  }
}
