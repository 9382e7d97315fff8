import { AjvCompiler } from '@fastify/ajv-compiler';
import type { FieldErrors } from '@crossdock/kernel';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';

const MOST_ERRORS = 20;

type Compiler = (route: {
  schema: unknown;
  method: string;
  url: string;
  httpPart: string;
}) => ReturnType<FastifySchemaCompiler<unknown>>;

/** Bodies are taken as they are; a query and a path are texts and become what the schema says. */
export function validatorCompiler(): FastifySchemaCompiler<unknown> {
  const build = AjvCompiler();
  const compiler = (coerceTypes: boolean) =>
    build(
      {},
      {
        // Coercion lets `1e400` pass as infinity: then its limits have to look at it too.
        customOptions: {
          coerceTypes,
          strictNumbers: !coerceTypes,
          removeAdditional: false,
          useDefaults: true,
          allErrors: true,
          verbose: true,
        },
        plugins: [addFormats.default as never],
      },
    ) as unknown as Compiler;
  const ofBody = compiler(false);
  const ofRest = compiler(true);
  return (route) => (route.httpPart === 'body' ? ofBody : ofRest)(route as Parameters<Compiler>[0]);
}

/** What ajv tells when it is verbose. */
interface Fault extends FastifySchemaValidationError {
  parentSchema?: { title?: string; properties?: Record<string, { title?: string }> };
}

/** Field to reasons in Chinese; a schema's `title` names the field in its texts. */
export function fieldErrors(faults: FastifySchemaValidationError[], part = 'body'): FieldErrors {
  const errors: FieldErrors = {};
  for (const fault of (faults as Fault[]).slice(0, MOST_ERRORS)) {
    const reason = titleOf(fault) + textOf(fault);
    const reasons = (errors[fieldOf(fault, part)] ??= []);
    if (!reasons.includes(reason)) reasons.push(reason);
  }
  return errors;
}

function fieldOf({ keyword, instancePath, params }: Fault, part: string): string {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') path.push(String(params['missingProperty']));
  if (keyword === 'additionalProperties') path.push(String(params['additionalProperty']));
  return path.join('.').slice(0, 200) || part;
}

const titleOf = ({ keyword, params, parentSchema }: Fault): string =>
  (keyword === 'required'
    ? parentSchema?.properties?.[String(params['missingProperty'])]?.title
    : parentSchema?.title) ?? '';

const TYPES: Record<string, string> = {
  string: '字符串',
  integer: '整数',
  number: '数字',
  boolean: '布尔值',
  object: '对象',
  array: '数组',
};

const TEXTS: Record<string, (params: Record<string, unknown>) => string> = {
  required: () => '不能为空',
  additionalProperties: () => '未知字段',
  type: ({ type }) => `类型应为${TYPES[String(type)] ?? String(type)}`,
  enum: ({ allowedValues }) => `只能是以下值之一: ${(allowedValues as unknown[]).join(', ')}`,
  minLength: () => '不能为空',
  maxLength: ({ limit }) => `不能超过 ${String(limit)} 个字符`,
  minItems: () => '不能为空',
  maxItems: ({ limit }) => `不能超过 ${String(limit)} 项`,
  maxProperties: ({ limit }) => `不能超过 ${String(limit)} 个字段`,
  minProperties: () => '不能为空',
  minimum: ({ limit }) => `不能小于 ${String(limit)}`,
  maximum: ({ limit }) => `不能大于 ${String(limit)}`,
  pattern: ({ pattern }) => (pattern === BLANK ? '不能为空' : '格式不正确'),
};

/** What every name must match: something to see. */
export const BLANK = '[\\p{L}\\p{N}\\p{P}\\p{S}]';

const textOf = ({ keyword, params }: Fault): string => TEXTS[keyword]?.(params) ?? '格式不正确';
