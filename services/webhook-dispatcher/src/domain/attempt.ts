import type { Farewell, Trigger, Verdict } from './delivery.ts';

/** Milliseconds of each step of a call; null where it did not happen. */
export interface Timeline {
  dns: number | null;
  connect: number | null;
  tls: number | null;
  firstByte: number | null;
  total: number;
}

/** A call and what came back. */
export interface CallResult {
  at: Date;
  /** As they were sent; secrets masked. */
  requestHeaders: Record<string, string>;
  statusCode: number | null;
  /** At most 16 KiB. */
  responseBody: string;
  timings: Timeline;
  address: string;
  /** '' on success. */
  blame: '' | 'ours' | 'dns' | 'tls' | 'network' | 'receiver' | 'policy';
  error: string;
}

/** One try, with what it made of its delivery and its endpoint: whoever finds it can settle from it. */
export interface Attempt extends CallResult {
  deliveryId: string;
  number: number;
  trigger: Trigger;
  verdict: Verdict;
  farewell: Farewell | null;
}
