import type { AppError, ErrorKind } from '@crossdock/kernel';

/** An API family: where it lives and how it says no. */
export interface Family {
  name: string;
  /** Of the paths it answers for, also for unknown ones. */
  prefix: string;
  /** The audience its tokens carry. */
  audience: string;
  /** Where its document has another status than the usual. */
  statuses?: Partial<Record<ErrorKind, number>>;
  /** The body of a refusal, as its document shows it. */
  refusal(error: AppError, status: number): unknown;
}
