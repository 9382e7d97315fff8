import type { Producer } from 'kafkajs';
import type { mongo } from 'mongoose';

/** A document that has something to tell. */
export interface BareRow {
  _id: string;
  status: string;
  outbox: { id: string; key: string }[];
}

/** Finds what these documents tell, sends it as one batch, pulls it; `acked` is called with their ids where the broker has it. */
export async function relayBare(
  { rows, producer, topic }: { rows: mongo.Collection<BareRow>; producer: Producer; topic: string },
  ids: string[],
  acked: (ids: string[]) => void,
): Promise<void> {
  const found = await rows.find({ _id: { $in: ids } }, { projection: { outbox: 1 } }).toArray();
  const messages = found.flatMap(({ outbox }) =>
    outbox.map((event) => ({ key: event.key, value: JSON.stringify(event), headers: { id: event.id } })),
  );
  await producer.send({ topic, messages, acks: -1 });
  acked(ids);
  const told = messages.map(({ headers }) => headers.id);
  await rows.updateMany({ _id: { $in: ids } }, { $pull: { outbox: { id: { $in: told } } } });
}
