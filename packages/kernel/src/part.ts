/** A piece of a service with a life of its own; nothing is connected before `start`. */
export interface Part {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Why it is not ready, or null. */
  check?(): string | null | Promise<string | null>;
}

type Write = { (fields: object, message?: string): void; (message: string): void };

/** The part of pino that packages use. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  child(fields: object): Logger;
}
