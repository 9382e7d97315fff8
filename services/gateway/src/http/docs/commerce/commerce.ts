import Type from 'typebox';
import { commerceFamily } from '../../commerce/family.ts';
import type { FamilyDocs } from '../operation.ts';
import { sessionScheme } from '../session-scheme.ts';
import { fieldReasons, orNull, text } from '../shapes.ts';
import { connectorOperations } from './connectors.ts';
import { connectorSchemas } from './connector-schemas.ts';
import { recordOperations } from './records.ts';
import { recordSchemas } from './record-schemas.ts';
import { syncOperations } from './sync.ts';
import { syncSchemas } from './sync-schemas.ts';
import { taskEventOperations } from './task-events.ts';
import { webhookOperations } from './webhooks.ts';
import { webhookSchemas } from './webhook-schemas.ts';

const DESCRIPTION = `Connect shops on e-commerce platforms, sync what they hold, read it, and be told of it by webhook.

- **Answers** are \`{code, message, data}\`. In a refusal \`code\` is a product code (\`CONNECTOR_001\`) or the HTTP status, and \`data\` is null or \`{errors: {field: [reason]}}\`.
- **Paging**: \`page\` from 1, \`page_size\` up to 100, \`Link\` with rel \`next\` and \`prev\`. A page past the end is an empty list.
- **Times** are ISO 8601 in UTC. Ids are opaque texts. Fields may be added; ignore those you do not know.
- **Idempotency**: a POST that creates or triggers honours \`Idempotency-Key\` for 24 h.
- **Two people editing**: a connector carries an \`ETag\`; send it as \`If-Match\` with a change.
- **Limits**: \`RateLimit\` tells what is left; a 429 or 503 says in \`Retry-After\` when to come back.

With a token of audience \`channels\` the path \`/api/v1/connectors\` means the channel connectors instead.`;

export const commerceDocs: FamilyDocs = {
  family: commerceFamily,
  title: 'Commerce connectors',
  description: DESCRIPTION,
  tags: [
    { name: 'Connectors', description: 'A connector links one shop on one platform.' },
    { name: 'Sync', description: 'A task brings what changed on the platform, or everything.' },
    { name: 'Records', description: 'What was synced, in the same fields for every platform.' },
    { name: 'Webhooks', description: 'Where a connector’s events go. What is sent is described with the events.' },
  ],
  securitySchemes: {
    session: sessionScheme,
    clientCredentials: {
      type: 'oauth2',
      description: 'A token of audience `commerce` for client credentials.',
      flows: { clientCredentials: { tokenUrl: '/auth/token', scopes: {} } },
    },
  },
  schemas: { ...connectorSchemas, ...syncSchemas, ...recordSchemas, ...webhookSchemas },
  refusal: (status) =>
    Type.Object({
      code: Type.Unsafe({
        type: ['integer', 'string'],
        description: 'A product code, else the HTTP status.',
      }),
      message: text({ description: 'For the person who asked, in Chinese.' }),
      data: status === 422 ? Type.Object({ errors: fieldReasons() }) : orNull(Type.Object({ errors: fieldReasons() })),
    }),
  operations: {
    ...connectorOperations,
    ...syncOperations,
    ...taskEventOperations,
    ...recordOperations,
    ...webhookOperations,
  },
};
