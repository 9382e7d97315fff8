import { isDuplicateKey } from '@crossdock/mongo';
import { type Connection, type Model, Schema } from 'mongoose';
import { newCallBudget, type CallBudget, type CallBudgetKey } from '../domain/call-budget.ts';

interface Row extends CallBudget {
  _id: string;
  /** Grows with every write. */
  version: number;
  usedAt: Date;
}

/** What was learnt of a rate that nobody used for so long says nothing of it now. */
const KEPT_SECONDS = 90 * 24 * 3600;

/** A budget with the database's time, by which all processes measure it. */
export interface Read {
  budget: CallBudget;
  version: number;
  now: number;
}

export const callBudgetId = ({ platform, appKeyHash, callClass }: CallBudgetKey): string =>
  `${platform} ${callClass} ${appKeyHash}`;

const schema = new Schema<Row>({ _id: String, usedAt: Date }, { strict: false, versionKey: false });
schema.index({ usedAt: 1 }, { name: 'unused', expireAfterSeconds: KEPT_SECONDS });

export function callBudgetStore(db: Connection) {
  const model: Model<Row> = db.model<Row>('CallBudget', schema, 'call_budgets');
  const rows = () => model.collection;

  async function find(id: string): Promise<Read | null> {
    const [row] = await rows()
      .aggregate<CallBudget & { version: number; now: Date }>([
        { $match: { _id: id } },
        { $set: { now: '$$NOW' } },
        { $unset: ['_id', 'usedAt'] },
      ])
      .toArray();
    if (row === undefined) return null;
    const { version, now, ...budget } = row;
    return { budget, version, now: now.getTime() };
  }

  return {
    model,

    find: (key: CallBudgetKey): Promise<Read | null> => find(callBudgetId(key)),

    /** As it stands, made when it is asked for first. */
    async read(key: CallBudgetKey, ceiling: number): Promise<Read> {
      const id = callBudgetId(key);
      for (;;) {
        const read = await find(id);
        if (read !== null) return read;
        await rows()
          .insertOne({ _id: id, version: 0, usedAt: new Date(), ...newCallBudget(key, ceiling) } as never)
          .catch((err: unknown) => {
            if (!isDuplicateKey(err)) throw err;
          });
      }
    },

    /** False when another process wrote since the read. */
    async write(key: CallBudgetKey, version: number, budget: CallBudget): Promise<boolean> {
      const filter = { _id: callBudgetId(key), version } as never;
      const { matchedCount } = await rows().updateOne(filter, {
        $set: { ...budget, version: version + 1 },
        $currentDate: { usedAt: true },
      });
      return matchedCount === 1;
    },

    /** Those somebody drew on since. */
    active: (since: Date): Promise<CallBudget[]> =>
      rows()
        .find({ 'holders.seenAt': { $gt: since.getTime() } } as never)
        .toArray() as unknown as Promise<CallBudget[]>,

    /** How often each of them was refused a call; those that are not stored are missing. */
    async refusalsOf(ids: string[]): Promise<Map<string, number>> {
      const found = await rows()
        .find({ _id: { $in: ids } } as never, { projection: { refusals: 1 } })
        .toArray();
      return new Map(found.map(({ _id, refusals }) => [String(_id), refusals as number]));
    },
  };
}

export type CallBudgetStore = ReturnType<typeof callBudgetStore>;
