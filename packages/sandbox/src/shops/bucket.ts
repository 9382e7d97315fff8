/** A call limit with bursts of one second. */
export interface Bucket {
  /** 0 when the call may pass (and is counted), else the milliseconds until one may. */
  take(nowMs: number): number;
}

export function bucket(ratePerSecond: number): Bucket {
  const capacity = Math.max(1, ratePerSecond);
  let level = capacity;
  let filledAt: number | undefined;
  return {
    take(nowMs) {
      const elapsedMs = Math.max(0, nowMs - (filledAt ?? nowMs));
      filledAt = nowMs;
      level = Math.min(capacity, level + (elapsedMs * ratePerSecond) / 1_000);
      if (level < 1) return Math.ceil(((1 - level) * 1_000) / ratePerSecond);
      level -= 1;
      return 0;
    },
  };
}
