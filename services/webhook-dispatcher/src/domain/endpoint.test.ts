import { expect, test } from '@jest/globals';
import { endpointFaults, eventsKey, freeSlot } from './endpoint.ts';
import { hintOf, isWeak, newWebhookSecret, secretFault } from './secret.ts';

test('all faults of a new endpoint are told at once, by field', () => {
  const faults = endpointFaults({ events: ['sync.completed', 'sync.completed', 'order.paid'], secret: '' });
  expect(faults).toEqual({ events: [expect.stringContaining('order.paid'), '事件不能重复'], secret: ['密钥不能为空'] });
  expect(endpointFaults({ events: [], secret: undefined })).toEqual({ events: ['至少选择一个事件'] });
  expect(endpointFaults({ events: ['sync.failed'], secret: 'x' })).toEqual({});
});

test('the order of events does not matter', () => {
  expect(eventsKey(['sync.failed', 'connector.error'])).toBe(eventsKey(['connector.error', 'sync.failed']));
});

test('a slot is one that nobody has, and there are twenty', () => {
  const used: number[] = [];
  for (let slot = freeSlot(used, 0.99); slot !== null; slot = freeSlot(used, 0.5)) used.push(slot);
  expect(used.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test.each(['', '   ', 'x'.repeat(257), 'whsec_', 'whsec_not base64', 'whsec_abc', 'a\ud800'])(
  'the secret %j is refused',
  (secret) => {
    expect(secretFault(secret)).not.toBeNull();
  },
);

test.each(['s', 'your_webhook_secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '密钥', newWebhookSecret()])(
  'the secret %s is taken',
  (secret) => {
    expect(secretFault(secret)).toBeNull();
  },
);

test('a hint shows four characters of a long secret and none of a short one', () => {
  expect(hintOf('your_webhook_secret')).toBe('***cret');
  expect(hintOf('short-secret')).toBe('***');
});

test('a secret of fewer than sixteen bytes is weak, the document’s own is not', () => {
  expect([isWeak('short'), isWeak('whsec_AAAA'), isWeak('x'.repeat(15))]).toEqual([true, true, true]);
  expect([isWeak('your_webhook_secret'), isWeak(newWebhookSecret()), isWeak('密钥密钥密钥')]).toEqual([
    false,
    false,
    false,
  ]);
});
