import { expect, test } from '@jest/globals';
import { receiver } from './index.ts';

test('a receiver keeps what it was sent and answers 200', async () => {
  await using webhooks = await receiver();
  const answer = await fetch(`${webhooks.url}/hook?x=1`, {
    method: 'POST',
    headers: { 'X-Custom': 'yes' },
    body: '{"名":1}',
  });
  expect(answer.status).toBe(200);
  expect(webhooks.requests).toMatchObject([
    { method: 'POST', path: '/hook?x=1', headers: { 'x-custom': 'yes' }, body: '{"名":1}' },
  ]);
});

test('scripted answers come in order, then the usual one again', async () => {
  await using webhooks = await receiver();
  const statusNow = async () => (await fetch(webhooks.url)).status;
  webhooks.next({ status: 503 }, 2);
  webhooks.next({ status: 429, headers: { 'Retry-After': '1' } });
  webhooks.always({ status: 204 });
  expect([await statusNow(), await statusNow(), await statusNow(), await statusNow()]).toEqual([503, 503, 429, 204]);
});

test('a receiver can cut a connection and can leave a caller without an answer', async () => {
  await using webhooks = await receiver();
  webhooks.next({ reset: true });
  await expect(fetch(webhooks.url)).rejects.toThrow();
  webhooks.next({ hang: true });
  await expect(fetch(webhooks.url, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  expect(webhooks.requests).toHaveLength(2);
});
