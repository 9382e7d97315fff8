const HEAD = 5;
const TAIL = 4;
export const MASK = '***';

/** An identifier as commerce answers show it: first five, `***`, last four characters; nine or fewer are all hidden. */
export function maskIdentifier(text: string): string {
  const characters = [...text];
  if (characters.length <= HEAD + TAIL) return MASK;
  return characters.slice(0, HEAD).join('') + MASK + characters.slice(-TAIL).join('');
}

/** Whether a text has the shape of a mask; whether it is the mask of a stored value is for `maskIdentifier(stored)` to say. */
export const isMask = (text: string): boolean => text === MASK || /^.{5}\*\*\*.{4}$/su.test(text);
