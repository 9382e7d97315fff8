import { connect } from 'node:net';

const TIMEOUT_MS = 1_000;

/** Whether any of these `host:port` accepts a connection: the client itself notices a lost broker only when it sends. */
export async function anyAnswers(brokers: string[]): Promise<boolean> {
  const each = await Promise.all(brokers.map(accepts));
  return each.includes(true);
}

function accepts(broker: string): Promise<boolean> {
  const colon = broker.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = connect({
      host: broker.slice(0, colon),
      port: Number(broker.slice(colon + 1)),
      timeout: TIMEOUT_MS,
    });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
