const HOUR = 3_600_000;

/** An endpoint without any success for so long is disabled. */
const FAILING_LIMIT_MS = 120 * HOUR;

const WARNINGS = [90, 70, 50] as const;

/** How far towards being disabled, in percent: what was last told of, or is to be told. */
export type FailingStage = 0 | 50 | 70 | 90 | 100;

export function failingStage(since: Date, now: Date): FailingStage {
  const percent = ((now.getTime() - since.getTime()) / FAILING_LIMIT_MS) * 100;
  if (percent >= 100) return 100;
  return WARNINGS.find((stage) => percent >= stage) ?? 0;
}
