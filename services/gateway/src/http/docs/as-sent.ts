interface Schema {
  type?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
}

/** A route's schema as a caller sees it: what has a default need not be sent, and a choice of texts is a text. */
export function asSent<S extends object>(given: S): S {
  const schema: Schema = given;
  const { properties, required, enum: values } = schema;
  if (properties === undefined)
    return values?.every((value) => typeof value === 'string') ? { ...given, type: 'string' } : given;
  return {
    ...given,
    properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, asSent(property)])),
    required: required?.filter((name) => !Object.hasOwn(properties[name] ?? {}, 'default')) ?? [],
  };
}
