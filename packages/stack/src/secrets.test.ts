import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { secretsIn } from './secrets.ts';

test('secrets are made once, in the form the vault takes, and only their owner may read them', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'secrets-')), 'secrets.json');
  const secrets = secretsIn(file);
  expect(secrets.keyEncryptionKeys).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
  expect(secretsIn(file)).toEqual(secrets);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
