import { currentTrace, openSpan, type Part, type Span } from '@crossdock/kernel';
import { Client, connectivityState, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { Registry } from 'prom-client';
import { clientOptions } from './channel-options.ts';
import { currentDeadline, type OutgoingContext, type OutgoingStream, outgoingMetadata } from './context.ts';
import { clientMeter } from './metrics.ts';
import { outcomeOf } from './outcome.ts';
import { fromServiceError, unreachable } from './wire-error.ts';

/** One method of a definition that ts-proto generated. */
interface Method {
  path: string;
  responseStream: boolean;
  requestSerialize(value: never): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}

type Definition = Record<string, Method>;

export type Calls<D> = {
  [M in keyof D]: D[M] extends {
    responseStream: infer Streams;
    requestSerialize(value: infer Req): Buffer;
    responseDeserialize(bytes: Buffer): infer Res;
  }
    ? Streams extends true
      ? (request: Req, context?: OutgoingStream) => AsyncGenerator<Res, void, undefined>
      : (request: Req, context?: OutgoingContext) => Promise<Res>
    : never;
};

export interface RpcClient<D> extends Part {
  call: Calls<D>;
}

/**
 * The methods of a service as async functions that throw AppErrors; a peer that is away fails at once.
 * What streams is an async generator without a deadline: leaving it, or aborting its signal, ends the call.
 * It is ready once it reached its peer: a peer lost later makes single calls unavailable, not the whole service.
 */
export function rpcClient<D extends { [M in keyof D]: Method }>(
  definition: D,
  address: string,
  { deadlineMs = 5_000, metrics = new Registry() }: { deadlineMs?: number; metrics?: Registry } = {},
): RpcClient<D> {
  const methods = Object.entries<Method>(definition as Definition);
  const service = methods[0]?.[1].path.split('/')[1] ?? 'service';
  const peer = `${service} at ${address}`;
  const client = new Client(address, credentials.createInsecure(), clientOptions);
  const count = clientMeter(metrics);
  let reached = false;

  function invoke(method: Method, request: never, context: OutgoingContext = {}): Promise<unknown> {
    const wanted = Date.now() + (context.deadlineMs ?? deadlineMs);
    const deadline = Math.min(wanted, currentDeadline()?.getTime() ?? wanted);
    return new Promise((resolve, reject) => {
      if (deadline <= Date.now()) return reject(unreachable(peer, new Error('no time left for the call')));
      const name = method.path.slice(1);
      const span = spanOf(name);
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        outgoingMetadata(context, span?.traceparent),
        { deadline },
        (err, response) => {
          const code = err?.code ?? status.OK;
          count(name, code);
          span?.end(outcomeOf(code));
          if (err === null) resolve(response);
          else reject(fromServiceError(err, peer));
        },
      );
    });
  }

  async function* receive(method: Method, request: never, context: OutgoingStream = {}): AsyncGenerator<unknown> {
    if (context.signal?.aborted) return;
    const name = method.path.slice(1);
    const stream = client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      outgoingMetadata(context, currentTrace()?.traceparent),
    );
    // What comes after we left has no reader.
    stream.on('error', () => {});
    const leave = () => stream.cancel();
    context.signal?.addEventListener('abort', leave, { once: true });
    let code = status.OK;
    try {
      yield* stream;
    } catch (err) {
      code = (err as ServiceError).code;
      if (!context.signal?.aborted) throw fromServiceError(err as ServiceError, peer);
    } finally {
      count(name, code);
      context.signal?.removeEventListener('abort', leave);
      leave();
    }
  }

  return {
    name: service,
    async start() {
      client.getChannel().getConnectivityState(true);
    },
    async stop() {
      client.close();
    },
    check() {
      reached ||= client.getChannel().getConnectivityState(true) === connectivityState.READY;
      return reached ? null : `${address} is not reached yet`;
    },
    call: Object.fromEntries(
      methods.map(([name, method]) => [
        name,
        (request: never, context?: OutgoingStream) =>
          (method.responseStream ? receive : invoke)(method, request, context),
      ]),
    ) as Calls<D>,
  };
}

/** What is asked for outside of any trace has none to tell of. */
function spanOf(name: string): Span | undefined {
  const trace = currentTrace();
  return trace && openSpan({ name, kind: 'client', parent: trace.traceparent, attributes: { 'rpc.system': 'grpc' } });
}
