import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from './files.ts';

interface Secrets {
  keyEncryptionKeys: string;
}

/** The secrets of this copy of the project, made once and readable by their owner alone. */
export function secretsIn(file: string): Secrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const secrets: Secrets = { keyEncryptionKeys: `k1:${randomBytes(32).toString('base64')}` };
  replaceFile(file, `${JSON.stringify(secrets)}\n`, 0o600);
  return secrets;
}
