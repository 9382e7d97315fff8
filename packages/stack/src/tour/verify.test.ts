import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { verify } from './verify.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = '{"id":"e1","type":"sync.completed"}';

function signed(text: string) {
  const now = new Date();
  return {
    body: text,
    headers: {
      'webhook-id': 'e1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign('e1', now, text),
      'x-nolux-signature': createHmac('sha256', SECRET).update(text).digest('hex'),
    },
  };
}

test('a webhook is verified only when both signatures fit the very bytes', () => {
  const good = signed(body);
  expect(verify(good, SECRET)).toBeNull();
  expect(verify({ ...good, body: `${body} ` }, SECRET)).toMatch('X-Nolux-Signature');
  expect(verify({ ...good, headers: { ...good.headers, 'x-nolux-signature': undefined } }, SECRET)).toMatch(
    'X-Nolux-Signature',
  );
  expect(verify({ ...good, headers: { ...good.headers, 'webhook-signature': 'v1,AAAA' } }, SECRET)).toMatch(
    'webhook-signature',
  );
});
