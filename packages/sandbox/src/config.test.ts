import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

test('the environment has defaults', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 8090,
    controlPort: 8091,
    opsPort: undefined,
    dataDir: undefined,
  });
});

test('all bad ports are named at once', () => {
  expect(() => readConfig({ SANDBOX_PORT: 'x', CONTROL_PORT: '70000' })).toThrow(/SANDBOX_PORT.*\n.*CONTROL_PORT/);
});
