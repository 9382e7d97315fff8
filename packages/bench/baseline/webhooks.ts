import { createHmac } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { Pool } from 'undici';
import { listening } from './grpc-hop.ts';

/** `URI DATABASE BROKERS TOPIC ORIGIN`: reads events, stores a delivery of each, posts it signed in both forms, stores the attempt, marks the delivery. */
const [uri = '', database, brokers = '', topic = '', origin = ''] = process.argv.slice(2);
const CONNECTIONS = 128;
const SECRET = 'the secret of a bench';

type Row = { _id: string; status: string; body: string; at: Date; path: string };

const client = await mongoose.mongo.MongoClient.connect(uri, { writeConcern: { w: 'majority' } });
const deliveries = client.db(database).collection<Row>('deliveries');
const attempts = client.db(database).collection<{ _id: string }>('attempts');
const pool = new Pool(origin, { connections: CONNECTIONS });

const sign = (content: string) => createHmac('sha256', SECRET).update(content);

async function send({ _id, body, path }: Row) {
  const at = new Date();
  const timestamp = Math.floor(at.getTime() / 1_000);
  const headers = {
    'content-type': 'application/json',
    'x-nolux-signature': sign(body).digest('hex'),
    'webhook-id': _id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${sign(`${_id}.${timestamp}.${body}`).digest('base64')}`,
  };
  const answer = await pool.request({ method: 'POST', path, headers, body });
  const text = await answer.body.text();
  return { _id: `${_id}:1`, at, headers, status: answer.statusCode, body: text, ms: Date.now() - at.getTime() };
}

const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({ groupId: topic });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachBatch: async ({ batch }) => {
    const rows = batch.messages.map(({ key, headers, value }) => ({
      _id: String(headers?.['ce_id']),
      status: 'pending',
      body: value!.toString(),
      at: new Date(),
      path: `/${String(key)}`,
    }));
    await deliveries.insertMany(rows, { ordered: false });
    const made = await Promise.all(rows.map(send));
    await attempts.insertMany(made, { ordered: false });
    await deliveries.bulkWrite(
      made.map(({ status }, n) => ({
        updateOne: {
          filter: { _id: rows[n]!._id },
          update: { $set: { status: status < 300 ? 'delivered' : 'failed', attemptCount: 1 } },
        },
      })),
      { ordered: false },
    );
  },
});
listening(0);
