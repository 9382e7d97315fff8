import type { Event } from '@crossdock/contracts';
import type { KafkaMessage } from 'kafkajs';
import { fromRecord, typeOf } from './envelope.ts';
import type { Handler } from './handlers.ts';

export interface HandleStep {
  do: 'handle';
  handler: Handler;
  events: Event[];
  records: KafkaMessage[];
}

/** What to do with the next records of a partition, in order. */
export type Step =
  | HandleStep
  | { do: 'skip'; records: [KafkaMessage]; type: string }
  | { do: 'bury'; records: [KafkaMessage]; reason: string };

/** The handlers of one topic by event type. */
export type Routes = ReadonlyMap<string, Handler>;

/** Cuts records into steps; a record that `alone` names begins no batch. */
export function* steps(
  records: KafkaMessage[],
  routes: Routes,
  alone: (record: KafkaMessage) => boolean,
): Generator<Step> {
  let open: HandleStep | null = null;
  for (const record of records) {
    const step = read(record, routes);
    if (step.do === 'handle' && step.handler === open?.handler && open.records.length < open.handler.batch) {
      open.events.push(...step.events);
      open.records.push(record);
      continue;
    }
    if (open !== null) yield open;
    open = null;
    if (step.do === 'handle' && !alone(record)) open = step;
    else yield step;
  }
  if (open !== null) yield open;
}

function read(record: KafkaMessage, routes: Routes): Step {
  const bury = (reason: string): Step => ({ do: 'bury', records: [record], reason: `unreadable: ${reason}` });
  const type = typeOf(record);
  if (type === null) return bury('missing header ce_type');
  const handler = routes.get(type);
  if (handler === undefined) return { do: 'skip', records: [record], type };
  const event = fromRecord(record, handler.definition.topic, type);
  if ('fault' in event) return bury(event.fault);
  const fault = handler.definition.fault(event.data);
  if (fault !== null) return bury(fault);
  return { do: 'handle', handler, events: [event], records: [record] };
}

/** The events of a step one by one, for when they failed together. */
export const oneByOne = ({ handler, events, records }: HandleStep): HandleStep[] =>
  events.map((event, index) => ({ do: 'handle', handler, events: [event], records: [records[index]!] }));
