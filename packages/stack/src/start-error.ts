/** A reason not to start that is the user's to know: one sentence, and the log file that tells more. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly logFile: string | undefined;

  constructor(sentence: string, options: { logFile?: string; cause?: unknown } = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.logFile = options.logFile;
  }
}

/** The sentence alone for a StartError, else whatever was thrown. */
export const reasonOf = (err: unknown): string => (Error.isError(err) ? err.message : String(err));
