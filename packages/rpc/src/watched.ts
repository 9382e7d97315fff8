import { AppError, type Logger } from '@crossdock/kernel';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { CallMeter } from './metrics.ts';
import { toServiceError } from './wire-error.ts';

export interface WatchedCalls {
  measure: CallMeter;
  log: Logger;
  /** Each ends an open stream as unavailable. */
  streams: Set<() => void>;
}

type Unary = handleUnaryCall<unknown, unknown>;
type Streaming = handleServerStreamingCall<unknown, unknown>;

/** Counts every answer. A caller learns only that something broke; what it was stands in our log. */
export function watched(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  calls: WatchedCalls,
): UntypedServiceImplementation {
  const wrap = (method: string, handler: UntypedHandleCall) =>
    definition[method]?.responseStream
      ? streaming(method, handler as Streaming, calls)
      : unary(method, handler as Unary, calls);
  return Object.fromEntries(Object.entries(implementation).map(([method, handler]) => [method, wrap(method, handler)]));
}

const logged = ({ log }: WatchedCalls, method: string, err: Error): void => {
  if (err.cause !== undefined) log.error({ err: err.cause, method }, 'call failed');
};

const unary =
  (method: string, handler: Unary, calls: WatchedCalls): Unary =>
  (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
    const began = performance.now();
    handler(call, (err, ...rest) => {
      if (err !== null) logged(calls, method, err as Error);
      calls.measure(call.getPath().slice(1), err?.code ?? status.OK, (performance.now() - began) / 1e3);
      callback(err, ...rest);
    });
  };

const streaming =
  (method: string, handler: Streaming, calls: WatchedCalls): Streaming =>
  (call: ServerWritableStream<unknown, unknown>) => {
    const leave = () =>
      void call.emit(
        'error',
        toServiceError(new AppError('unavailable', 'SERVICE_UNAVAILABLE', '服务正在重启，请稍后重试')),
      );
    const over = (code: status) => {
      if (calls.streams.delete(leave)) calls.measure(call.getPath().slice(1), code);
    };
    calls.streams.add(leave);
    call.once('error', (err: ServiceError) => {
      logged(calls, method, err);
      over(err.code);
    });
    call.once('cancelled', () => over(status.CANCELLED));
    call.once('finish', () => over(status.OK));
    handler(call);
  };
