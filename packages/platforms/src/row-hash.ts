import { hash } from 'node:crypto';
import type { RecordFields } from './record-fields.ts';

/** 132 bits are plenty to tell two states of one row apart. */
export const hashOf = (text: string | Buffer): string => hash('sha256', text, 'base64url').slice(0, 22);

/** Of a row's content, as a source told it or as it was stored. */
export const rowHash = (fields: RecordFields, updatedAt: Date | null): string =>
  hashOf(`${updatedAt?.getTime()}${JSON.stringify(fields)}`);
