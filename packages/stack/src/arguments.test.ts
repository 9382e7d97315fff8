import { expect, test } from '@jest/globals';
import { readArguments } from './arguments.ts';

test('flags are read, and whatever is none of them is refused', () => {
  expect(readArguments([])).toEqual({ exit: false, reset: false, tour: true });
  expect(readArguments(['--exit', '--reset', '--no-tour'])).toEqual({ exit: true, reset: true, tour: false });
  expect(readArguments(['--fast'])).toBeNull();
  expect(readArguments(['exit'])).toBeNull();
  expect(readArguments(['--exit=1'])).toBeNull();
});
