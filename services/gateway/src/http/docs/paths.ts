import { FAMILIES } from '../families.ts';
import type { Family } from '../family.ts';

/** Where the documentation lives. */
export const READER = '/docs';
export const READER_SCRIPT = '/docs/reader.js';
export const EVENTS_READER = '/docs/events';
export const EVENTS_DOCUMENT = '/docs/events/asyncapi.json';

export const openApiPath = ({ name }: Pick<Family, 'name'>): string => `/docs/${name}/openapi.json`;

export const PATHS: string[] = [
  READER,
  READER_SCRIPT,
  EVENTS_READER,
  EVENTS_DOCUMENT,
  ...FAMILIES.map((family) => openApiPath(family)),
];
