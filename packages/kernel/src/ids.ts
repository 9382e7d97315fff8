import { hash, randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';

/** A UUIDv7: ids of one process sort by the time they were made. */
export const newId = (): string => uuidv7();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isUuid = (text: string): boolean => UUID.test(text);

/** `bytes` of randomness as base64url. */
export const newSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url');

export const sha256Hex = (text: string | Uint8Array): string => hash('sha256', text);
