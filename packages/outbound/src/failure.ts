/** Whose fault a failed call was. */
export type Blame = 'ours' | 'dns' | 'tls' | 'network' | 'receiver' | 'policy';

/** Milliseconds of each step; null where it did not happen (a reused connection has neither of the first three). */
export interface Timings {
  dns: number | null;
  connect: number | null;
  tls: number | null;
  firstByte: number | null;
  total: number;
}

/** A call without a complete answer. `address` is the one connected to, '' before that. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly blame: Blame;
  readonly code: string;
  readonly timedOut: boolean;
  address = '';
  /** The connection had served an earlier call. */
  reused = false;
  timings: Timings = { dns: null, connect: null, tls: null, firstByte: null, total: 0 };

  constructor(
    blame: Blame,
    code: string,
    message: string,
    { timedOut = false, cause }: { timedOut?: boolean; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.blame = blame;
    this.code = code;
    this.timedOut = timedOut;
  }
}

export const isOutboundError = (err: unknown): err is OutboundError => err instanceof OutboundError;

/** How far a connection had come when it failed; after that the receiver has the word. */
export type Stage = 'dns' | 'connect' | 'tls' | 'open';

const BLAME: Record<Stage, Blame> = { dns: 'dns', connect: 'network', tls: 'tls', open: 'receiver' };
const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT', 'ETIMEOUT']);
/** This machine has no more of something: files, ports, memory. */
const EXHAUSTED = ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM'];
const OURS = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_INVALID_ARG', ...EXHAUSTED]);

/** Reads an error of the socket, the resolver or undici as a failure of the stage it happened in. */
export function failureOf(err: unknown, stage: Stage): OutboundError {
  if (isOutboundError(err)) return err;
  const { code = '', message = '' } = (err ?? {}) as { code?: string; message?: string };
  const blame = OURS.has(code) ? 'ours' : BLAME[stage];
  return new OutboundError(blame, code === '' ? 'FAILED' : code, message === '' ? code : message, {
    timedOut: TIMEOUTS.has(code),
    cause: err,
  });
}
