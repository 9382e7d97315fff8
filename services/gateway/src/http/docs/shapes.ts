import Type, { type TSchema, type TSchemaOptions } from 'typebox';

/** The vocabulary of documented answers. They tell a reader what comes; nothing is serialised by them. */

export const text = (options: TSchemaOptions = {}) => Type.String(options);

export const time = (options: TSchemaOptions = {}) => Type.String({ format: 'date-time', ...options });

export const count = (options: TSchemaOptions = {}) => Type.Integer({ minimum: 0, ...options });

export const choice = (values: readonly string[], options: TSchemaOptions = {}): TSchema =>
  Type.Unsafe({ type: 'string', enum: [...values], ...options });

/** A schema of `components.schemas` by its name. */
export const ref = (name: string): TSchema => Type.Ref(`#/components/schemas/${name}`);

export function orNull(schema: TSchema): TSchema {
  if (!('type' in schema)) return Type.Union([schema, Type.Null()]);
  const values = 'enum' in schema ? { enum: [...(schema.enum as unknown[]), null] } : {};
  return Type.Unsafe({ ...schema, ...values, type: [schema.type, 'null'] });
}

/** Field to reasons, as every family's 422 tells them. */
export const fieldReasons = () =>
  Type.Record(Type.String(), Type.Array(Type.String()), {
    description: 'Field to reasons, in Chinese; a field inside another is named by its path.',
  });
