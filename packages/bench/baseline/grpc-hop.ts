import { makeClientConstructor, Server, ServerCredentials, credentials, type MethodDefinition } from '@grpc/grpc-js';

export type Message = Record<string, unknown>;

const toBytes = (message: Message): Buffer => Buffer.from(JSON.stringify(message));
const fromBytes = (bytes: Buffer): Message => JSON.parse(bytes.toString()) as Message;

const call: MethodDefinition<Message, Message> = {
  path: '/bare.Hop/Call',
  requestStream: false,
  responseStream: false,
  requestSerialize: toBytes,
  requestDeserialize: fromBytes,
  responseSerialize: toBytes,
  responseDeserialize: fromBytes,
};

/** Answers the port. */
export async function serveHop(handle: (request: Message) => Promise<Message>): Promise<number> {
  const server = new Server();
  server.addService(
    { call },
    {
      call: (unary: { request: Message }, respond: (err: Error | null, message?: Message) => void) => {
        handle(unary.request).then((message) => respond(null, message), respond);
      },
    },
  );
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (err, port) =>
    err ? reject(err) : resolve(port),
  );
  return promise;
}

type Unary = (request: Message, respond: (err: Error | null, message: Message) => void) => void;

export function hopTo(port: number): (request: Message) => Promise<Message> {
  const Client = makeClientConstructor({ call }, 'Hop');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure()) as unknown as { call: Unary };
  return (request) =>
    new Promise((resolve, reject) => client.call(request, (err, message) => (err ? reject(err) : resolve(message))));
}

/** Tells the bench the port, and goes when the bench goes. */
export function listening(port: number): void {
  process.on('disconnect', () => process.exit());
  process.send!({ port });
}
