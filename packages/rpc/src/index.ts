export { type Calls, rpcClient, type RpcClient } from './client.ts';
export type { CallContext, OutgoingContext } from './context.ts';
export { rpcServer, type RpcServerOptions } from './server.ts';
export { serverStream, type StreamContext } from './server-stream.ts';
export { unary } from './unary.ts';
