import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { yuan } from './money.ts';

test('a price is its decimals, its currency and its cents', () => {
  expect(yuan('59.00')).toEqual({ amount: '59.00', currency: 'CNY', minor: '5900' });
  expect(yuan('59')).toEqual({ amount: '59.00', currency: 'CNY', minor: '5900' });
  expect(yuan('0.05')).toEqual({ amount: '0.05', currency: 'CNY', minor: '5' });
  expect(yuan('0059.9000')).toEqual({ amount: '59.90', currency: 'CNY', minor: '5990' });
  expect(yuan('0')).toEqual({ amount: '0.00', currency: 'CNY', minor: '0' });
});

test('every number of cents is read back exactly', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (cents) => {
      const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
      expect(yuan(text)).toEqual({ amount: text, currency: 'CNY', minor: String(cents) });
    }),
  );
});

test.each(['', '-1.00', '面议', '59.001', '1e5', 'NaN', '1,000.00', '100000000.00', ' 59.00', '59.', '.5'])(
  '%p is no price',
  (text) => {
    expect(yuan(text)).toBeNull();
  },
);
