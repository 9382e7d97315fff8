import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { AllowList } from './allow-list.ts';
import { failureOf, OutboundError, type Stage } from './failure.ts';
import type { Resolve } from './resolve.ts';

/** A connection in the making: how far it came, where to, and how long each step took (ms). */
export interface Dialing {
  stage: Stage;
  address: string;
  dns: number | null;
  connect: number | null;
  tls: number | null;
}

export const newDialing = (): Dialing => ({ stage: 'dns', address: '', dns: null, connect: null, tls: null });

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
          callback(
            null,
            addresses.map((address) => ({ address, family: isIP(address) })),
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
    Object.assign(dialing, newDialing(), { stage: literal ? 'connect' : 'dns' });
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
      if (protocol === 'https:') dialing.tls = lap();
      else dialing.connect = lap();
      dialing.stage = 'open';
      callback(null, socket);
    };
    const dial = trusted ? unguarded : guarded;
    // The connector answers its socket, which its type does not tell.
    const socket = dial(options, done) as unknown as Socket;
    socket.once('lookup', () => {
      dialing.dns = lap();
      dialing.stage = 'connect';
    });
    if (protocol === 'https:') {
      socket.once('connect', () => {
        dialing.connect = lap();
        dialing.stage = 'tls';
      });
    }
  };
}
