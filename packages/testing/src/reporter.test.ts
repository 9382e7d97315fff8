import { expect, test } from '@jest/globals';
import { countsOf } from './reporter.ts';

test('a file that does not load counts as a failure beside the failed tests', () => {
  expect(countsOf({ numPassedTests: 10, numFailedTests: 2, numRuntimeErrorTestSuites: 1 })).toEqual({
    passed: 10,
    failed: 3,
  });
});
