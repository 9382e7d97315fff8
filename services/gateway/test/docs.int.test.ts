import { asyncApi } from '@crossdock/contracts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Gateway, startGateway } from './start-gateway.ts';

let gate: Gateway;
beforeAll(async () => void (gate = await startGateway()));
afterAll(() => gate[Symbol.asyncDispose]());

const read = (path: string, headers: Record<string, string> = {}) => gate.send('GET', path, { token: '', headers });

test.each(['/docs', '/docs/events'])(
  '%s is a page for anybody that runs one script of ours and asks nobody else',
  async (path) => {
    const { status, headers, text } = await read(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'self'; /);
    expect(policy).not.toMatch(/script-src|connect-src|unsafe-eval|https?:|\*/);
    expect([...text.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map(([, body]) => body)).toEqual(['', '']);
    expect(text).toContain('<script src="/docs/reader.js"></script>');
    expect(text).not.toMatch(/https?:\/\//);
  },
);

test('the reader offers each family that has operations, and the events', async () => {
  const { text } = await read('/docs');
  const sources = [...text.matchAll(/&quot;url&quot;:&quot;([^&]+)&quot;/g)].map(([, url]) => url);
  expect(sources).toEqual([
    '/docs/commerce/openapi.json',
    '/docs/shops/openapi.json',
    '/docs/tokens/openapi.json',
    '/docs/events/asyncapi.json',
  ]);
  for (const url of sources) expect((await read(url ?? '')).headers.get('content-type')).toMatch(/^application\/json/);
});

test('the events are the document that the definitions make', async () => {
  expect((await read('/docs/events/asyncapi.json')).body).toEqual(asyncApi());
});

test('the script is Scalar’s own, sent once', async () => {
  const { status, headers, text } = await read('/docs/reader.js');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  expect(text).toMatch(/createApiReference/);
  const again = await read('/docs/reader.js', { 'if-none-match': headers.get('etag') ?? '' });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('who cannot unzip is sent it plain', async () => {
  const plain = await read('/docs/shops/openapi.json', { 'accept-encoding': 'identity' });
  expect([plain.headers.get('content-encoding'), plain.body.openapi]).toEqual([null, '3.1.1']);
  const zipped = await read('/docs/shops/openapi.json', { 'accept-encoding': 'gzip' });
  expect([zipped.headers.get('content-encoding'), zipped.body]).toEqual(['gzip', plain.body]);
});

test('other paths beside them are a 404 as everywhere', async () => {
  expect((await read('/docs/')).headers.get('location')).toBe('/docs');
  for (const path of ['/docs/open/openapi.json', '/docs/worker.ts', '/docs/../package.json'])
    expect([path, (await read(path)).status]).toEqual([path, 404]);
});
