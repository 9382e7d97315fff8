import { newId, newTraceparent } from '@crossdock/kernel';
import type { Socket } from 'node:net';

const BODY = JSON.stringify({ code: 400, message: '请求格式错误', data: null });

/** Answers bytes that are no HTTP request, for which there is no path and so no family: in the envelope most paths have. */
export function refuseBrokenRequest(err: NodeJS.ErrnoException, socket: Socket): void {
  if (err.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const head = [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(BODY)}`,
    'connection: close',
    `x-request-id: ${newId()}`,
    `traceparent: ${newTraceparent()}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${BODY}`);
}
