import type { Verdict } from './delivery.ts';

/** Milliseconds of each step of a call; null where it did not happen. */
export interface Timeline {
  dns: number | null;
  connect: number | null;
  tls: number | null;
  firstByte: number | null;
  total: number;
}

/** One try, with what it made of its delivery: whoever finds it can settle from it. */
export interface Attempt {
  deliveryId: string;
  number: number;
  at: Date;
  trigger: 'schedule';
  statusCode: number | null;
  /** At most 16 KiB. */
  responseBody: string;
  timings: Timeline;
  address: string;
  /** '' on success. */
  blame: '' | 'ours' | 'dns' | 'tls' | 'network' | 'receiver' | 'policy';
  error: string;
  verdict: Verdict;
}
