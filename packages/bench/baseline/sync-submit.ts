import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { hopTo, listening, serveHop } from './grpc-hop.ts';

/** `PORT URI DATABASE`: asks the hop at that port for the connector, then stores a task with a message, majority. HTTP and find are those of `gateway-read.ts`. */
const [port, uri = '', database] = process.argv.slice(2);

const client = await mongoose.mongo.MongoClient.connect(uri, { writeConcern: { w: 'majority' } });
const tasks = client.db(database).collection<{ _id: string }>('tasks');
const connectorOf = hopTo(Number(port));

async function submit({ id, body }: Record<string, unknown>) {
  const connector = await connectorOf({ id });
  const task = { _id: randomUUID(), connector: connector['_id'], status: 'queued', request: body, at: new Date() };
  await tasks.insertOne({ ...task, outbox: [{ id: randomUUID(), task: task._id }] } as { _id: string });
  return { task_id: task._id, status: task.status };
}

listening(await serveHop(submit));
