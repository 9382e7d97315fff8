import Type from 'typebox';
import { BLANK } from './validation.ts';

/** Schemas that several routes share; `title` is how a refusal calls the field. */

export const nameField = (title = '名称') => Type.String({ title, pattern: BLANK, maxLength: 200 });

export const textField = (title = '') => Type.String({ title, minLength: 1, maxLength: 4_000 });

/** An id of ours in a path. What is none is unknown, so that no schema refuses it. */
export const idParam = (description: string, example: string) => Type.String({ description, examples: [example] });

/** A search text in a query, which no body parser has looked at. */
export const searchField = (description: string) =>
  Type.String({ description, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$' });

export const timeField = (description: string) => Type.String({ description, format: 'date-time', maxLength: 40 });

const HIGHEST_PAGE = 1_000_000;

const pageField = () => Type.Integer({ description: 'From 1.', minimum: 1, maximum: HIGHEST_PAGE, default: 1 });

const pageSizeField = (usual: number) =>
  Type.Integer({ description: 'How many on a page.', minimum: 1, maximum: 100, default: usual });

/** `page` and `page_size`, as commerce names them. */
export const paging = { page: pageField(), page_size: pageSizeField(20) };

/** `page` and `pageSize`, as shops names them. */
export const shopsPaging = { page: pageField(), pageSize: pageSizeField(10) };
