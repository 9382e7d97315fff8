import type { TSchema } from 'typebox';

/** A message of the document: what is on its way, and one of its kind to look at. */
export interface Message {
  name: string;
  title: string;
  summary: string;
  contentType: string;
  headers: TSchema;
  payload: TSchema;
  bindings?: object;
  examples: [{ name: string; headers: Record<string, string>; payload: unknown }];
}
