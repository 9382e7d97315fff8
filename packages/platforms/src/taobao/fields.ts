import { type Money, yuan } from '../money.ts';
import { parseTopTime } from './top-time.ts';

/** Of 19 digits at most, within a signed 64-bit number: the platform refuses a call that asks for another. */
const ID = /^[1-9]\d{0,18}$/;
const MAX_ID = '9223372036854775807';
const MAX_STOCK = 999_999_999;

/** Readers of one field each: null when the value is none of its kind. */
export const idText = (value: unknown): string | null => {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && isId(text) ? text : null;
};

/** Whatever is no id the platform cannot know, and refuses to be asked for. */
export const isId = (text: string): boolean => ID.test(text) && (text.length < MAX_ID.length || text <= MAX_ID);

/** An account's id: digits, but nothing relies on it. */
export const accountText = (value: unknown): string | null => words(typeof value === 'number' ? String(value) : value);

export const words = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null;

export const money = (value: unknown): Money | null =>
  typeof value === 'string' || typeof value === 'number' ? yuan(String(value)) : null;

export const stock = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_STOCK ? value : null;

export const time = (value: unknown): Date | null => (typeof value === 'string' ? parseTopTime(value) : null);

/** The platform leaves a key out, or sends an empty text, for what is not there. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';
