import { expect, test } from '@jest/globals';
import { configTextFault, Faults, intervalFault, nameFault } from './connector-fields.ts';

test('a name has something in it, at most 200 characters, none of them a control character', () => {
  expect([' ', 'x'.repeat(201), 'a\u0000b'].map(nameFault)).toEqual([
    expect.any(String),
    expect.any(String),
    expect.any(String),
  ]);
  expect(['天猫旗舰店', '😀'.repeat(200)].map(nameFault)).toEqual([null, null]);
});

test('an interval lies between the minimum of the platform and thirty days', () => {
  expect(intervalFault(4, 5)).toContain('5 分钟');
  expect(intervalFault(43_201, 5)).toContain('43200');
  expect([5, 43_200].map((minutes) => intervalFault(minutes, 5))).toEqual([null, null]);
});

test('a config text is a text, not blank, without space around it', () => {
  const wrong = [1, null, '', '  ', ' a', 'a\n', 'x'.repeat(4_001), 'a\u0007b'];
  expect(wrong.map((text) => configTextFault(text) === null)).toEqual(wrong.map(() => false));
  expect(configTextFault('shop_123456')).toBeNull();
});

test('faults are thrown together, or not at all', () => {
  const faults = new Faults();
  faults.add('name', null);
  expect(() => faults.throwIfAny()).not.toThrow();
  faults.add('name', '甲');
  faults.add('name', '乙');
  expect(() => faults.throwIfAny()).toThrow(
    expect.objectContaining({ kind: 'invalid', details: { name: ['甲', '乙'] } }),
  );
});
