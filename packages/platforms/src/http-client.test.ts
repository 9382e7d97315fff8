import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHttpClient, type HttpClient } from './http-client.ts';

describe('the http client', () => {
  let server: Server;
  let url: string;
  let http: HttpClient;
  let answer: RequestListener;
  const sockets = new Set<unknown>();

  beforeEach(async () => {
    sockets.clear();
    server = createServer((req, res) => {
      sockets.add(req.socket);
      answer(req, res);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api?x=1`;
    http = createHttpClient(20_000);
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await http.close();
  });

  test('posts a form and keeps its connections', async () => {
    answer = (req, res) => void req.on('data', (chunk) => res.end(`${req.method} ${req.url} ${chunk}`));
    for (let n = 0; n < 20; n += 1) {
      expect(await http.postForm(url, { q: '棉 T恤&' })).toMatchObject({
        status: 200,
        body: Buffer.from('POST /api?x=1 q=%E6%A3%89%20T%E6%81%A4%26'),
      });
    }
    expect(sockets.size).toBeLessThan(4);
  });

  test('gives up at the deadline, before the answer and in the middle of it', async () => {
    const hasty = createHttpClient(300);
    answer = () => {};
    await expect(hasty.postForm(url, {})).rejects.toMatchObject({ failure: 'RETRYABLE', code: 'TIMEOUT' });
    answer = (_req, res) => void res.write('{');
    await expect(hasty.postForm(url, {})).rejects.toMatchObject({ failure: 'RETRYABLE', code: 'TIMEOUT' });
    await hasty.close();
  });

  test('cuts an answer of more than 8 MiB', async () => {
    answer = (_req, res) => void res.end(Buffer.alloc(8 * 1024 * 1024 + 1, ' '));
    await expect(http.postForm(url, {})).rejects.toMatchObject({ failure: 'RETRYABLE', code: 'TOO_LARGE' });
  });

  test('names the fault of a connection that breaks or is refused', async () => {
    answer = (req) => void req.socket.resetAndDestroy();
    await expect(http.postForm(url, {})).rejects.toMatchObject({
      failure: 'RETRYABLE',
      code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/),
    });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(http.postForm(url, {})).rejects.toMatchObject({ failure: 'RETRYABLE', code: 'ECONNREFUSED' });
  });

  test("throws the caller's reason when the caller gives up", async () => {
    answer = () => stop.abort(new Error('cancelled'));
    const stop = new AbortController();
    await expect(http.postForm(url, {}, stop.signal)).rejects.toThrow('cancelled');
  });
});
