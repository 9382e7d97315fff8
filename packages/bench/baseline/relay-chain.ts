import { createHmac, randomUUID } from 'node:crypto';
import type { Consumer, Kafka, Producer } from 'kafkajs';
import type { mongo } from 'mongoose';
import { Pool } from 'undici';

/** A platform call as the product made it: the same bytes again. */
export interface RecordedCall {
  path: string;
  body: string;
}

interface Message {
  id: string;
  task: string;
}

interface TaskRow {
  _id: string;
  status: string;
  outbox: Message[];
}

export interface ChainOptions {
  kafka: Kafka;
  /** Made already; the one asks for a sync, the other tells of its end. */
  topics: { requested: string; completed: string };
  database: mongo.Db;
  platform: string;
  webhooks: string;
  secret: string;
  /** A sync's calls: the first two begin together, the others follow one by one. */
  calls: RecordedCall[];
}

export interface Chain {
  /** Writes the task; the webhook about it follows. */
  trigger(): Promise<string>;
  /** How long the platform calls of each task took, in ms. */
  platformMs: number[];
  close(): Promise<void>;
}

const ROWS = 10;

/**
 * The least that request → webhook takes with nothing lost: task and message in one write, Kafka, platform calls, rows,
 * end and message in one write, Kafka, delivery stored, signed POST. Each writer publishes by itself, right after its write.
 */
export async function relayChain(options: ChainOptions): Promise<Chain> {
  const { kafka, topics, database, calls } = options;
  const tasks = database.collection<TaskRow>('tasks');
  const [rows, deliveries] = [database.collection('rows'), database.collection('deliveries')];
  const [platform, receiver] = [
    new Pool(options.platform, { connections: 4 }),
    new Pool(new URL(options.webhooks).origin),
  ];
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumers: Consumer[] = [];
  const platformMs: number[] = [];

  async function publish(topic: string, message: Message): Promise<void> {
    await producer.send({ topic, messages: [{ key: message.task, value: JSON.stringify(message) }] });
    await tasks.updateOne({ _id: message.task }, { $pull: { outbox: { id: message.id } } });
  }

  async function call({ path, body }: RecordedCall): Promise<void> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const answer = await platform.request({ method: 'POST', path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || text.includes('error_response')) throw new Error(`the platform answered ${text}`);
  }

  async function sync({ task }: Message): Promise<void> {
    await tasks.updateOne({ _id: task, status: 'queued' }, { $set: { status: 'running' } });
    const since = performance.now();
    await Promise.all(calls.slice(0, 2).map(call));
    for (const each of calls.slice(2)) await call(each);
    platformMs.push(performance.now() - since);
    const updates = Array.from({ length: ROWS }, (_, n) => ({
      updateOne: { filter: { _id: `row-${n}` as never }, update: { $set: { task, title: `Row ${n}` } }, upsert: true },
    }));
    await rows.bulkWrite(updates, { ordered: false });
    const message = { id: randomUUID(), task };
    await tasks.updateOne(
      { _id: task, status: 'running' },
      { $set: { status: 'completed' }, $push: { outbox: message } },
    );
    await publish(topics.completed, message);
  }

  async function deliver({ id, task }: Message): Promise<void> {
    await deliveries.insertOne({ _id: id as never, task });
    const body = JSON.stringify({ id, type: 'sync.completed', data: { task_id: task } });
    const signature = createHmac('sha256', options.secret).update(body).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-nolux-signature': signature };
    const answer = await receiver.request({ method: 'POST', path: '/', headers, body });
    await answer.body.dump();
    await deliveries.updateOne({ _id: id as never }, { $set: { status: answer.statusCode } });
  }

  await connect(producer, consumers, kafka, { [topics.requested]: sync, [topics.completed]: deliver });

  return {
    platformMs,
    async trigger() {
      const message = { id: randomUUID(), task: randomUUID() };
      await tasks.insertOne({ _id: message.task, status: 'queued', outbox: [message] });
      void publish(topics.requested, message);
      return message.task;
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.disconnect()));
      await producer.disconnect();
      await Promise.all([platform.close(), receiver.close()]);
    },
  };
}

/** Connects all; a handler per topic, in a group of its own, beginning where the topic ends now. */
async function connect(
  producer: Producer,
  consumers: Consumer[],
  kafka: Kafka,
  handlers: Record<string, (message: Message) => Promise<void>>,
): Promise<void> {
  await producer.connect();
  for (const [topic, handle] of Object.entries(handlers)) {
    const consumer = kafka.consumer({ groupId: topic });
    consumers.push(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachMessage: ({ message }) => handle(JSON.parse(message.value!.toString()) as Message) });
  }
}
