import Type, { type TSchema } from 'typebox';
import { count, ref, text } from '../shapes.ts';

/** The body of every commerce answer. */
export const envelope = (data: TSchema, code = 200): TSchema =>
  Type.Object({ code: Type.Literal(code), message: text(), data });

/** A list's data: one page of it. */
export const pageOf = (item: string, more: Record<string, TSchema> = {}): TSchema =>
  Type.Object({
    items: Type.Array(ref(item)),
    total: count({ description: 'On all pages.' }),
    page: count(),
    page_size: count(),
    pages: count(),
    ...more,
  });

/** What an example answers. */
export const answer = (data: unknown, message = 'success', code = 200) => ({ code, message, data });

export const page = (items: unknown[], more: object = {}) => ({
  items,
  total: items.length,
  page: 1,
  page_size: 20,
  pages: 1,
  ...more,
});
