import Type from 'typebox';
import { channelsFamily } from '../channels/routes.ts';
import type { FamilyDocs } from './operation.ts';
import { text } from './shapes.ts';

/** Of this family's routes none is here yet: callers are known, and refused. */
export const channelsDocs: FamilyDocs = {
  family: channelsFamily,
  title: 'Channel connectors',
  description:
    'Mail, SMS and social login, under `/api/v1/channels/connectors`; with a token of audience `channels` also under `/api/v1/connectors`. It has no operations yet. Refusals are `{code, message, result}`.',
  tags: [],
  securitySchemes: {
    admin: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of audience `channels`.' },
  },
  schemas: {},
  refusal: () => Type.Object({ code: Type.Integer(), message: text(), result: Type.Unknown() }),
  operations: {},
};
