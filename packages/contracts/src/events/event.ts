import { currentTrace, newId } from '@crossdock/kernel';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import Type, { type Static, type TSchema } from 'typebox';

/** One fact on its way: plain JSON, as an outbox holds it and the bus publishes it. `time` is ISO 8601 UTC. */
export interface Event<D = unknown> {
  id: string;
  type: string;
  topic: string;
  key: string;
  source: string;
  subject: string;
  time: string;
  tenantId: string;
  traceparent: string | null;
  data: D;
}

export interface NewEvent<D> {
  tenantId: string;
  source: string;
  data: D;
  /** A new one unless given. */
  id?: string;
  time?: Date;
}

export interface EventDefinition<D = unknown> {
  topic: string;
  version: number;
  /** `ce_type`: the topic's name and the version. */
  type: string;
  /** One line for the event document. */
  summary: string;
  /** The field of the data that is the Kafka key, or `tenant id`: events of one key stay in order. */
  keyedBy: string;
  schema: TSchema;
  /** Data as it may come, for the event document. */
  example: D;
  /** Throws when the data does not fit the schema: a bug of ours, never bad input. */
  create(event: NewEvent<D>): Event<D>;
  /** What is wrong with the data, or null. Unknown fields are fine. */
  fault(data: unknown): string | null;
}

const ajv = addFormats.default(new Ajv({ allErrors: true }));

/** The key of an event that is about no single thing. */
export const TENANT = 'tenant id';

interface Definition<S extends TSchema> {
  topic: string;
  version: number;
  summary: string;
  schema: S;
  keyedBy: (keyof Static<S> & string) | typeof TENANT;
  /** What the event is about, as `ce_subject`. */
  subject(data: Static<S>): string;
  example: Static<S>;
}

export function defineEvent<S extends TSchema>(definition: Definition<S>): EventDefinition<Static<S>> {
  const { topic, version, summary, keyedBy, schema, example } = definition;
  const type = `${topic}.v${version}`;
  let validate: ValidateFunction | undefined;
  function fault(data: unknown): string | null {
    validate ??= ajv.compile(schema);
    return validate(data) ? null : ajv.errorsText(validate.errors);
  }
  return {
    topic,
    version,
    type,
    summary,
    keyedBy,
    schema,
    example,
    fault,
    create({ tenantId, source, data, id = newId(), time = new Date() }) {
      const wrong = fault(data);
      if (wrong !== null) throw new TypeError(`${type}: ${wrong}`);
      return {
        id,
        type,
        topic,
        key: keyedBy === TENANT ? tenantId : String(data[keyedBy]),
        source,
        subject: definition.subject(data),
        time: time.toISOString(),
        tenantId,
        traceparent: currentTrace()?.traceparent ?? null,
        data,
      };
    },
  };
}

/** With its data as the JSON text that will stand on the bus: a list of hundreds costs an outbox much less so. */
export const written = (event: Event): Event<string> => ({ ...event, data: JSON.stringify(event.data) });

/** Its data as JSON, written already or not: no data is a text. */
export const jsonOf = ({ data }: Event): string => (typeof data === 'string' ? data : JSON.stringify(data));

export const timestamp = Type.String({ format: 'date-time' });

export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
