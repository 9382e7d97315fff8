import type { Gateway } from '../shops/platforms.ts';
import type { Token } from '../shops/tokens.ts';
import { rawText, type Call } from './call.ts';

export const FAULT_KINDS = [
  'status',
  'reset',
  'latency',
  'timeout',
  'rate_limited',
  'token_expired',
  'token_revoked',
  'drop_after_commit',
  'malformed',
  'poison_row',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  gateway: Gateway;
  kind: FaultKind;
  /** Substring of the raw request; none meets every call. */
  match?: string;
  /** Matching calls still let through. */
  after: number;
  /** Calls still to be met. */
  times: number;
  value?: string | number;
}

/** A fault that meets this call, with the token it ends where it ends one. */
export interface Hit {
  kind: Exclude<FaultKind, 'poison_row'>;
  value: number;
  token: Token | undefined;
}

/** Why a fault of this kind cannot carry this value, or null. */
export function valueProblem(kind: FaultKind, value: unknown): string | null {
  if (kind === 'poison_row')
    return typeof value === 'string' && value !== '' ? null : 'poison_row needs the row id as a text in value';
  if (kind === 'status')
    return isWhole(value, 400, 599) ? null : 'status needs an HTTP status from 400 to 599 in value';
  if (kind === 'latency')
    return isWhole(value, 1, 600_000) ? null : 'latency needs milliseconds from 1 to 600000 in value';
  if (kind === 'rate_limited') {
    return value === undefined || isWhole(value, 1, 86_400)
      ? null
      : 'rate_limited takes seconds from 1 to 86400 in value';
  }
  return value === undefined ? null : `${kind} takes no value`;
}

const isWhole = (value: unknown, from: number, to: number) =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;

export type Faults = ReturnType<typeof faultList>;

export function faultList() {
  let faults: Fault[] = [];
  let poisoned = new Set<string>();

  function changed(next: Fault[]): number {
    const gone = faults.length - next.length;
    faults = next;
    poisoned = new Set(faults.flatMap((fault) => (fault.kind === 'poison_row' ? [String(fault.value)] : [])));
    return gone;
  }

  return {
    add: (fault: Fault) => changed([...faults, fault]),

    /** Ends every fault, or those made with this `match` (a poisoned row: its id); answers how many. */
    remove: (match?: string): number =>
      changed(
        match === undefined
          ? []
          : faults.filter((fault) => fault.match !== match && !(fault.kind === 'poison_row' && fault.value === match)),
      ),

    isPoisoned: (id: string): boolean => poisoned.size > 0 && poisoned.has(id),

    /** The first fault whose turn it is; token faults wait for a call with a token that still lives. */
    take(gateway: Gateway, call: Call, tokenOf: () => Token | undefined): Hit | null {
      if (faults.length === 0) return null;
      const raw = rawText(call);
      for (const fault of faults) {
        if (fault.gateway !== gateway || fault.kind === 'poison_row') continue;
        if (fault.match !== undefined && !raw.includes(fault.match)) continue;
        const token = fault.kind === 'token_expired' || fault.kind === 'token_revoked' ? tokenOf() : undefined;
        if (token === undefined && fault.kind.startsWith('token_')) continue;
        if (fault.after > 0) {
          fault.after -= 1;
          continue;
        }
        fault.times -= 1;
        if (fault.times === 0) changed(faults.filter((other) => other !== fault));
        return { kind: fault.kind, value: Number(fault.value ?? 1), token };
      }
      return null;
    },
  };
}
