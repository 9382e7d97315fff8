import { describe, expect, test } from '@jest/globals';
import { idText, isId } from './fields.ts';

describe('an id of the platform', () => {
  test.each(['1', '712345678901234567', '9000000000000000000', '9223372036854775807'])('may be %s', (id) => {
    expect(isId(id)).toBe(true);
    expect(idText(id)).toBe(id);
  });

  test.each(['', '0', '01', '-1', '1.5', '1e3', 'no id', '9223372036854775808', '10000000000000000000'])(
    'is not %p, which it refuses to be asked for',
    (text) => {
      expect(isId(text)).toBe(false);
      expect(idText(text)).toBeNull();
    },
  );

  test('may come as a number', () => {
    expect(idText(712_345)).toBe('712345');
    expect(idText(1.5)).toBeNull();
    expect(idText(null)).toBeNull();
  });
});
