const PAUSES: ReadonlySet<string | null> = new Set(['paused', 'auto_paused']);

/** Whether a connector with this `status_reason` rests until somebody resumes it. */
export const isPaused = (statusReason: string | null): boolean => PAUSES.has(statusReason);
