import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { OPERATIONS, operationsWithTable } from './environment-table.ts';

test('the table of variables in docs/operations.md is what the services read (`pnpm write-docs` writes it)', async () => {
  expect(await readFile(OPERATIONS, 'utf8')).toBe(await operationsWithTable());
});
