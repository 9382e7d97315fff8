import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { listening } from './grpc-hop.ts';

/** `URI BROKERS`: a process that has a connection to either store, and nothing else. */
const [uri = '', brokers = ''] = process.argv.slice(2);

const client = await mongoose.mongo.MongoClient.connect(uri);
await client.db('admin').command({ ping: 1 });
await new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer().connect();
listening(0);
