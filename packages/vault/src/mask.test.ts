import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isMask, maskIdentifier } from './mask.ts';

const text = fc.string({ unit: 'binary', maxLength: 60 });

describe('the mask of an identifier', () => {
  test('shows the first five and the last four characters', () => {
    expect(maskIdentifier('your_app_key')).toBe('your_***_key');
    expect(maskIdentifier('1234567890')).toBe('12345***7890');
  });

  test('hides nine characters or fewer, counted as code points', () => {
    expect(maskIdentifier('123456789')).toBe('***');
    expect(maskIdentifier('')).toBe('***');
    expect(maskIdentifier('店铺店铺店铺店铺店')).toBe('***');
    expect(maskIdentifier('😀😀😀😀😀1234')).toBe('***');
    expect(maskIdentifier('😀😀😀😀😀-1234')).toBe('😀😀😀😀😀***1234');
  });

  test('never shows more than nine characters of the text and always hides one', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const mask = [...maskIdentifier(whole)];
        const shown = mask.length - 3;
        expect(shown === 0 || shown === 9).toBe(true);
        expect([...whole].length === 0 || shown < [...whole].length).toBe(true);
      }),
    );
  });

  test('is recognised by its shape', () => {
    fc.assert(fc.property(text, (whole) => isMask(maskIdentifier(whole))));
    expect(isMask('your_app_key')).toBe(false);
    expect(isMask('****')).toBe(false);
  });
});
