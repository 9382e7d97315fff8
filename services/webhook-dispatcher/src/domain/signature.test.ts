import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { newWebhookSecret } from './secret.ts';
import { signatureHeaders, signingKeys } from './signature.ts';

const verify = (secret: string, body: string, headers: Record<string, string>) =>
  new Webhook(secret.startsWith('whsec_') ? secret : Buffer.from(secret).toString('base64')).verify(body, headers);

test('known vectors: both forms of a plain secret', () => {
  const headers = signatureHeaders({
    keys: [signingKeys('your_webhook_secret')],
    id: 'evt-1',
    at: new Date(1_700_000_000_999),
    body: '{"a":1}',
  });
  expect(headers).toEqual({
    'X-Nolux-Signature': '42a19bfcd01d64694d8fd36a6b5fe2debf4139b5acc0c59827126c51433f301c',
    'webhook-id': 'evt-1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': 'v1,60wJ+hZhijJKJ3fJL92K/8VQR5NPKXCYXqWnQEKLS/A=',
  });
});

test('the vector of the Standard Webhooks specification', () => {
  const { 'webhook-signature': signature } = signatureHeaders({
    keys: [signingKeys('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  });
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a whsec_ secret signs X-Nolux-Signature with its whole text', () => {
  const secret = newWebhookSecret();
  const { 'X-Nolux-Signature': signature } = signatureHeaders({
    keys: [signingKeys(secret)],
    id: 'x',
    at: new Date(),
    body: 'é',
  });
  expect(signature).toBe(createHmac('sha256', Buffer.from(secret)).update(Buffer.from('é')).digest('hex'));
});

test('while a rotation lasts a receiver with any of the secrets accepts, and X-Nolux-Signature is the newest one’s', () => {
  const secret = fc.oneof(
    fc.constant(null).map(newWebhookSecret),
    fc.string({ minLength: 1 }).filter((text) => !text.startsWith('whsec_')),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 5 }),
      fc.uuid(),
      fc.jsonValue(),
      (secrets, id, value) => {
        const body = JSON.stringify(value);
        const [newest = '', ...older] = secrets;
        const headers = signatureHeaders({
          keys: [signingKeys(newest), ...older.map(signingKeys)],
          id,
          at: new Date(),
          body,
        });
        for (const each of secrets) verify(each, body, headers);
        expect(() => verify(newWebhookSecret(), body, headers)).toThrow();
        expect(headers['webhook-signature']?.split(' ')).toHaveLength(secrets.length);
        expect(headers['X-Nolux-Signature']).toBe(createHmac('sha256', newest).update(body).digest('hex'));
      },
    ),
  );
});

test('any body under any secret is verified by an independent receiver, and not after a change', () => {
  const secrets = fc.oneof(
    fc.constant(null).map(newWebhookSecret),
    fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !text.startsWith('whsec_')),
  );
  fc.assert(
    fc.property(secrets, fc.uuid(), fc.jsonValue(), (secret, id, value) => {
      const body = JSON.stringify(value);
      const headers = signatureHeaders({ keys: [signingKeys(secret)], id, at: new Date(), body });
      verify(secret, body, headers);
      expect(() => verify(secret, `${body} `, headers)).toThrow();
      expect(() => verify(secret, body, { ...headers, 'webhook-id': 'other' })).toThrow();
      expect(headers['X-Nolux-Signature']).toBe(createHmac('sha256', Buffer.from(secret)).update(body).digest('hex'));
    }),
  );
});
