import { parse } from 'lossless-json';

/** JSON where a number that is not a safe integer stays its own text: `712345678901234567` and `59.00` become strings. */
export const parseLossless = (text: string): unknown => parse(text, undefined, numberOrText);

function numberOrText(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) && String(value) === text ? value : text;
}
