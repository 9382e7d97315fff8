import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import mongoose from 'mongoose';
import { hopTo, listening, serveHop } from './grpc-hop.ts';

/** `find URI DATABASE`: one find by _id behind gRPC. `http PORT`: HTTP before the hop at that port. */
const [role, where = '', database] = process.argv.slice(2);

async function find(): Promise<number> {
  const client = await mongoose.mongo.MongoClient.connect(where);
  const rows = client.db(database).collection<{ _id: string }>('connectors');
  return serveHop(async ({ id }) => (await rows.findOne({ _id: id as string })) ?? {});
}

async function http(): Promise<number> {
  const call = hopTo(Number(where));
  const server = createServer((request, response) => {
    void answer(request.url!.slice(1), request.method === 'POST' ? text(request) : '{}');
    async function answer(id: string, body: string | Promise<string>): Promise<void> {
      const data = await call({ id, body: JSON.parse(await body) as object });
      response.writeHead(request.method === 'POST' ? 202 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 0, data }));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

listening(await (role === 'find' ? find() : http()));
