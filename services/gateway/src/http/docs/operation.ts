import { AppError, type AppErrorOptions, type ErrorKind } from '@crossdock/kernel';
import type { TSchema } from 'typebox';
import type { Family } from '../family.ts';

/** What a family's document says beyond what its routes say themselves. */
export interface FamilyDocs {
  family: Family;
  title: string;
  /** Markdown. */
  description: string;
  tags: { name: string; description: string }[];
  /** How a caller may show who it is, by name: any one of them does. */
  securitySchemes: Record<string, object>;
  /** The answers' parts, which operations and one another refer to. */
  schemas: Record<string, TSchema>;
  /** The shape of a refusal with this status. */
  refusal(status: number): TSchema;
  /** By method and url as the route declares them: `GET /api/v1/connectors/:connector_id`. */
  operations: Record<string, Operation>;
}

export interface Operation {
  id: string;
  tag: string;
  summary: string;
  description?: string;
  /** Bodies by name. */
  requests?: Record<string, object>;
  /** Media types of the body, when JSON is not the only one. */
  consumes?: string[];
  /** It changes what an ETag covers. */
  ifMatch?: true;
  /** It is a stream that goes on where the client left it. */
  lastEventId?: true;
  /** It answers nothing but its answer. */
  fixed?: true;
  answer: Answer;
  /** What it answers when there is nothing to tell. */
  otherwise?: Answer;
  /** Beside those that the route's own facts bring: token, permission, body, query, limits. */
  refusals?: Refusal[];
}

export interface Answer {
  status: 200 | 201 | 202 | 204 | 404;
  description: string;
  /** JSON unless it says so. */
  mediaType?: string;
  /** Absent when there is no body. */
  schema?: TSchema;
  examples?: Record<string, unknown>;
  headers?: ('etag' | 'link' | 'cache-control')[];
}

export interface Refusal {
  /** When it comes, for the reader. */
  when: string;
  error: AppError;
}

export const refusal = (
  kind: ErrorKind,
  code: string,
  message: string,
  when: string,
  options: AppErrorOptions = {},
): Refusal => ({ when, error: new AppError(kind, code, message, options) });

/** A refusal of one field. */
export const fault = (field: string, reason: string, when: string): Refusal =>
  refusal('invalid', 'VALIDATION', '参数校验失败', when, { details: { [field]: [reason] } });
