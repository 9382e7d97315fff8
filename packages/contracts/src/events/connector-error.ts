import Type from 'typebox';
import { defineEvent, timestamp } from './event.ts';

/** A connector went wrong or came back; the registry sends one per change of state, the dispatcher only `webhook_disabled`. */
export const connectorError = defineEvent({
  topic: 'connector.error',
  version: 1,
  schema: Type.Object({
    connector_id: Type.String(),
    platform: Type.String(),
    version: Type.Integer(),
    kind: Type.Union([
      Type.Literal('error'),
      Type.Literal('disconnected'),
      Type.Literal('recovered'),
      Type.Literal('webhook_disabled'),
    ]),
    reason: Type.String(),
    message: Type.String(),
    at: timestamp,
  }),
  key: (data) => data.connector_id,
  subject: (data) => data.connector_id,
});
