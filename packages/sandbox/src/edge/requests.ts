import type { Gateway } from '../shops/platforms.ts';
import { rawText, type Call, type Outcome } from './call.ts';

const MAX_ITEMS = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Headers and bookkeeping of one entry, about. */
const ENTRY_BYTES = 800;

/** `status` is null while, or because, no answer was sent. */
export interface RequestEntry extends Call {
  /** Epoch milliseconds of the host, whatever the sandbox's clock says. */
  at: number;
  gateway: Gateway;
  status: number | null;
  outcome: Outcome;
}

export interface RequestFilter {
  gateway?: Gateway;
  /** Substring of the raw request. */
  match?: string;
  /** Epoch milliseconds. */
  since?: number;
}

export type RequestLog = ReturnType<typeof requestLog>;

/** The latest requests to the platforms; the oldest tenth goes when it is full. */
export function requestLog(hostMs: () => number) {
  let items: RequestEntry[] = [];
  let bytes = 0;
  const sizeOf = (call: Call) => ENTRY_BYTES + 2 * (call.path.length + call.body.length);

  return {
    /** The caller fills in how it ended. */
    open(gateway: Gateway, call: Call): RequestEntry {
      const entry: RequestEntry = { ...call, at: hostMs(), gateway, status: null, outcome: 'ok' };
      items.push(entry);
      bytes += sizeOf(call);
      if (items.length > MAX_ITEMS || bytes > MAX_BYTES) {
        const gone = items.splice(0, Math.ceil(items.length / 10));
        for (const old of gone) bytes -= sizeOf(old);
      }
      return entry;
    },
    find: ({ gateway, match, since }: RequestFilter): RequestEntry[] =>
      items.filter(
        (entry) =>
          (gateway === undefined || entry.gateway === gateway) &&
          (since === undefined || entry.at >= since) &&
          (match === undefined || rawText(entry).includes(match)),
      ),
    clear() {
      items = [];
      bytes = 0;
    },
  };
}
