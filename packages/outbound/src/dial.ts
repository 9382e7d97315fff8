import { isIP, type LookupFunction, type Socket } from 'node:net';
import buildConnector from 'undici/lib/core/connect.js';
import type { AllowList } from './allow-list.ts';
import { failureOf, OutboundError, type Stage, type Timings } from './failure.ts';
import type { Resolve } from './resolve.ts';

/** What a name may cost in sockets: a caller tries no more of its addresses. */
const MAX_DIALLED = 8;

/** A connection, and before that the making of it: how far it came, where to, and how long each step took (ms). */
export interface Dialing {
  stage: Stage;
  /** How often it was made: once, or again where the receiver closed it unnoticed. */
  dials: number;
  address: string;
  steps: Pick<Timings, 'dns' | 'connect' | 'tls'>;
  /** Counts up as bytes come; the call under way sets it to 0 and is told. */
  received: number;
  onBytes: (() => void) | null;
}

export const newDialing = (): Dialing => ({
  stage: 'dns',
  dials: 0,
  address: '',
  steps: noSteps(),
  received: 0,
  onBytes: null,
});

const noSteps = (): Dialing['steps'] => ({ dns: null, connect: null, tls: null });

export type Dial = (dialing: Dialing, options: buildConnector.Options, callback: buildConnector.Callback) => void;

export interface DialRules {
  allow: AllowList;
  resolve: Resolve;
  connectTimeoutMs: number;
}

const refused = (address: string) =>
  new OutboundError('policy', 'ADDRESS_REFUSED', `${address} is not a public address`);

/** Opens sockets to checked addresses only: all of a name's before dialling, the connected one again; host header and SNI stay the name's. */
export function createDial({ allow, resolve, connectTimeoutMs }: DialRules): Dial {
  const lookupFor =
    (trusted: boolean): LookupFunction =>
    (name, options, callback) => {
      resolve(name.replace(/\.$/, '')).then(
        (addresses) => {
          const bad = trusted ? undefined : addresses.find((address) => !allow.mayCall(address));
          const [first] = addresses;
          if (bad !== undefined || first === undefined) return callback(refused(bad ?? name), '', 0);
          if (options.all !== true) return callback(null, first, isIP(first));
          const dialled = addresses.slice(0, MAX_DIALLED);
          callback(
            null,
            dialled.map((address) => ({ address, family: isIP(address) })),
          );
        },
        (err: NodeJS.ErrnoException) => callback(failureOf(err, 'dns'), '', 0),
      );
    };
  const connectorFor = (trusted: boolean) =>
    buildConnector({
      allowH2: false,
      timeout: connectTimeoutMs,
      autoSelectFamily: true,
      lookup: lookupFor(trusted),
    } as buildConnector.BuildOptions);
  const guarded = connectorFor(false);
  const unguarded = connectorFor(true);

  return (dialing, options, callback) => {
    const { hostname, protocol } = options;
    const port = options.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(options.port);
    const trusted = allow.allowsHost(isIP(hostname) === 6 ? `[${hostname}]` : hostname, port);
    const literal = isIP(hostname) !== 0;
    const steps = noSteps();
    Object.assign(dialing, { stage: literal ? 'connect' : 'dns', dials: dialing.dials + 1, address: '', steps });
    if (literal && !trusted && !allow.mayCall(hostname)) return callback(refused(hostname), null as never);

    let mark = performance.now();
    const lap = () => {
      const now = performance.now();
      const ms = now - mark;
      mark = now;
      return ms;
    };
    const done: buildConnector.Callback = (...[err, socket]) => {
      if (err !== null) return callback(failureOf(err, dialing.stage), null as never);
      const address = socket.remoteAddress ?? '';
      dialing.address = address;
      if (!trusted && !allow.mayCall(address)) {
        socket.destroy();
        return callback(refused(address), null as never);
      }
      steps[protocol === 'https:' ? 'tls' : 'connect'] = lap();
      dialing.stage = 'open';
      inPieces(socket);
      countBytes(socket, dialing);
      callback(null, socket);
    };
    const dial = trusted ? unguarded : guarded;
    // The connector answers its socket, which its type does not tell.
    const socket = dial(options, done) as unknown as Socket;
    socket.once('lookup', () => {
      steps.dns = lap();
      dialing.stage = 'connect';
    });
    if (protocol === 'https:') {
      socket.once('connect', () => {
        steps.connect = lap();
        dialing.stage = 'tls';
      });
    }
  };
}

const PIECE_BYTES = 4_096;

/** Hands out what came in small pieces, and none once the socket is given up: a parser goes through what it was handed to the end, at a high price for each fault. */
function inPieces(socket: Socket): void {
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    if (socket.destroyed) return null;
    return read(size ?? (socket.readableLength > PIECE_BYTES ? PIECE_BYTES : undefined));
  };
}

function countBytes(socket: Socket, dialing: Dialing): void {
  let seen = 0;
  socket.on('readable', () => {
    const { bytesRead } = socket;
    if (bytesRead === seen) return;
    dialing.received += bytesRead - seen;
    seen = bytesRead;
    dialing.onBytes?.();
  });
}
