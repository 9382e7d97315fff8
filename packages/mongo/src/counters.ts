import type { Connection } from 'mongoose';

interface Row {
  _id: string;
  value: number;
}

/** Integer ids of one database: a number is given once, also when what it was for was never stored. */
export function counters(connection: Connection) {
  const rows = () => connection.collection<Row>('counters');
  return {
    /** 1, 2, 3 … */
    async next(name: string): Promise<number> {
      const row = await rows().findOneAndUpdate(
        { _id: name },
        { $inc: { value: 1 } },
        { upsert: true, returnDocument: 'after' },
      );
      if (row === null) throw new Error(`the counter ${name} gave no number`);
      return row.value;
    },
  };
}

export type Counters = ReturnType<typeof counters>;
