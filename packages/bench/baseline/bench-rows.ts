import mongoose from 'mongoose';

/** What a synced product looks like in the store, without any framework. */
export interface BenchRow {
  _id: string;
  hash: string;
  version: number;
  title: string;
  price: { amount: string; currency: string; minor: string };
  stock: number;
  skus: { sku_id: string; properties: string; stock: number }[];
  updatedAt: Date;
  description: string;
}

/** The size that the goals were measured with. */
const ROW_BYTES = 992;

export function benchRows(count: number, owner: string): BenchRow[] {
  const padding = ROW_BYTES - mongoose.mongo.BSON.calculateObjectSize(rowOf(0, owner, ''));
  return Array.from({ length: count }, (_, n) => rowOf(n, owner, 'x'.repeat(padding)));
}

/** The same rows, each `every`-th with new content. */
export const changedRows = (rows: BenchRow[], every: number): BenchRow[] =>
  rows.map((row, n) => (n % every === 0 ? { ...row, hash: `${row.hash.slice(0, -1)}!`, stock: row.stock + 1 } : row));

const rowOf = (n: number, owner: string, description: string): BenchRow => ({
  _id: `${owner}/${String(600_000_000_000 + n)}`,
  hash: String(n).padStart(22, 'h'),
  version: 1,
  title: `Bench product number ${String(n).padStart(8, '0')}`,
  price: { amount: '59.00', currency: 'CNY', minor: '5900' },
  stock: n % 200,
  skus: [0, 1].map((k) => ({
    sku_id: String(4_600_000_000_000 + n * 10 + k),
    properties: 'colour:black;size:M',
    stock: 7,
  })),
  updatedAt: new Date(1_700_000_000_000 + n),
  description,
});
