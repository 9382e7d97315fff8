import type { Admin, Kafka } from 'kafkajs';
import type { Lag } from './metrics.ts';

export interface LagReader {
  read(): Promise<Lag[]>;
  close(): Promise<void>;
}

/** Asks the broker where a group stands; connected from the first question on. */
export function lagReader(kafka: Kafka, group: string, topics: string[]): LagReader {
  let admin: Promise<Admin> | null = null;

  async function connect(): Promise<Admin> {
    const fresh = kafka.admin();
    await fresh.connect();
    return fresh;
  }

  async function close(): Promise<void> {
    const open = admin;
    admin = null;
    await open?.then((each) => each.disconnect()).catch(() => undefined);
  }

  return {
    async read() {
      try {
        return await lagsOf(await (admin ??= connect()), group, topics);
      } catch (err) {
        await close();
        throw err;
      }
    },
    close,
  };
}

async function lagsOf(admin: Admin, group: string, topics: string[]): Promise<Lag[]> {
  const committed = await admin.fetchOffsets({ groupId: group, topics });
  const each = committed.map(async ({ topic, partitions }) => {
    const ends = new Map((await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
    return partitions.map(({ partition, offset }) => {
      const { low = '0', high = '0' } = ends.get(partition) ?? {};
      // Below the beginning: nothing committed yet (-1), or what was committed is no longer kept.
      const from = Math.max(Number(offset), Number(low));
      return { topic, partition, events: Math.max(0, Number(high) - from) };
    });
  });
  return (await Promise.all(each)).flat();
}
