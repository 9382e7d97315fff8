import type { Socket } from 'node:net';
import { constants, gzipSync } from 'node:zlib';

/** What a hostile receiver does to a connection once it was asked something. */
type Trick = (socket: Socket, address: string) => void;

const OK = 'HTTP/1.1 200 OK\r\n';
const MIB = 1_048_576;
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;

/** Writes `piece` as long as somebody reads, never more than the socket takes. */
function endlessly(socket: Socket, piece: string): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

function slowly(socket: Socket, piece: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.on('close', () => clearInterval(timer));
}

let bomb: Buffer | null = null;
/** 32 KiB that would be 32 MiB. */
const zeros = () => (bomb ??= gzipSync(Buffer.alloc(32 * MIB), { level: constants.Z_BEST_COMPRESSION }));

/** Every way to be a bad receiver that a test can ask for. */
export const TRICKS = {
  /** Takes the request and never says a word. */
  hang: () => undefined,
  /** A byte of the body every now and then, always in time to look alive. */
  'drip body': (socket) => {
    socket.write(`${OK}content-length: 100000\r\n\r\n`);
    slowly(socket, 'x', 50);
  },
  'drip headers': (socket) => {
    socket.write(OK);
    slowly(socket, 'x: y\r\n', 50);
  },
  'endless body': (socket) => {
    socket.write(CHUNKED);
    endlessly(socket, `4000\r\n${'x'.repeat(0x4000)}\r\n`);
  },
  'gzip bomb': (socket) => {
    const bytes = zeros();
    socket.write(`${OK}content-encoding: gzip\r\ncontent-length: ${bytes.length}\r\nconnection: close\r\n\r\n`);
    socket.end(bytes);
  },
  'reset in headers': (socket) => {
    socket.write('HTTP/1.1 200 O', () => socket.resetAndDestroy());
  },
  'reset in body': (socket) => {
    socket.write(`${OK}content-length: 100\r\n\r\nhalf`, () => socket.resetAndDestroy());
  },
  'end in body': (socket) => {
    socket.end(`${OK}content-length: 100\r\n\r\nhalf`);
  },
  'redirect loop': (socket, address) => {
    socket.end(`HTTP/1.1 302 Found\r\nlocation: http://${address}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
  },
  'huge header': (socket) => {
    socket.write(`${OK}x: ${'y'.repeat(64 * 1_024)}\r\n\r\n`);
  },
  'endless headers': (socket) => {
    socket.write(OK);
    endlessly(socket, 'x-more: y\r\n'.repeat(1_000));
  },
  /** Says less than it sends: the rest looks like an answer nobody asked for. */
  'content after its length': (socket) => {
    socket.write(`${OK}content-length: 2\r\n\r\nok${OK}content-length: 4\r\n\r\nevil`);
  },
  'two lengths': (socket) => {
    socket.write(`${OK}content-length: 2\r\ncontent-length: 4\r\n\r\nevil`);
  },
  'length and chunks': (socket) => {
    socket.write(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n`);
  },
  /** Goes on promising an answer. */
  'continue flood': (socket) => endlessly(socket, 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)),
  'early hints flood': (socket) => endlessly(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(1_000)),
  /** A chunk whose length never ends. */
  'endless chunk extension': (socket) => {
    socket.write(`${CHUNKED}4;x=`);
    endlessly(socket, 'y'.repeat(0x4000));
  },
  'endless trailers': (socket) => {
    socket.write(`${CHUNKED}2\r\nok\r\n0\r\n`);
    endlessly(socket, 'x-more: y\r\n'.repeat(1_000));
  },
  'another protocol': (socket) => {
    socket.end('SSH-2.0-OpenSSH_9.2p1\r\n\r\n');
  },
  'unasked upgrade': (socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  },
} satisfies Record<string, Trick>;

export type TrickName = keyof typeof TRICKS;
