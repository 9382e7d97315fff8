import Type from 'typebox';
import { defineEvent, timestamp } from './event.ts';

/** A connector went wrong or came back; the registry sends one per change of state, the dispatcher only `webhook_failing` (a warning) and `webhook_disabled`. */
export const connectorError = defineEvent({
  topic: 'connector.error',
  version: 1,
  summary: 'A connector went wrong or came back, or a webhook endpoint was disabled',
  schema: Type.Object({
    connector_id: Type.String(),
    platform: Type.String(),
    version: Type.Integer(),
    kind: Type.Union([
      Type.Literal('error'),
      Type.Literal('disconnected'),
      Type.Literal('recovered'),
      Type.Literal('webhook_failing'),
      Type.Literal('webhook_disabled'),
    ]),
    reason: Type.String(),
    message: Type.String(),
    at: timestamp,
  }),
  keyedBy: 'connector_id',
  subject: (data) => data.connector_id,
  example: {
    connector_id: '019a0000-0000-7000-8000-000000000001',
    platform: 'tmall',
    version: 8,
    kind: 'disconnected',
    reason: 'auth_revoked',
    message: '授权已被平台撤销，请重新授权',
    at: '2026-03-14T10:30:00Z',
  },
});
