import { expect, test } from '@jest/globals';
import { errorFields } from './logger.ts';

test('an error that a driver hung its connections on is told by type, code, message and cause', () => {
  const broken = Object.assign(new Error('not primary', { cause: new TypeError('socket closed') }), { code: 10107 });
  Object.assign(broken, { connection: { owner: broken } });
  const told = errorFields(broken);
  expect(JSON.parse(JSON.stringify(told))).toEqual({
    type: 'Error',
    code: 10107,
    message: 'not primary',
    stack: expect.any(String),
    cause: { type: 'TypeError', message: 'socket closed', stack: expect.any(String) },
  });
});

test('causes that go in a circle end', () => {
  const first = new Error('a');
  first.cause = new Error('b', { cause: first });
  expect(() => JSON.stringify(errorFields(first))).not.toThrow();
});
