interface Price {
  amount: string;
  currency: string;
  minor: string;
}

interface Sku {
  sku_id: string;
  outer_id: string;
  properties: string;
  price: Price;
  stock: number;
}

/** A product as the product itself stores it, field by field: whoever does the same durable work stores the same. */
export interface BenchRow {
  _id: string;
  tenant: string;
  connectorId: string;
  externalId: string;
  guard: number;
  mark: { fence: number; page: number };
  version: number;
  fields: {
    title: string;
    status: string;
    outer_id: string;
    price: Price;
    stock: number;
    images: string[];
    category_id: string;
    skus: Sku[];
  };
  hash: string;
  digest: string;
  sourceUpdatedAt: Date;
  syncedAt: Date;
  deletedAt: Date | null;
}

/** As the sandbox's products: none to three skus each, some 990 bytes in the store. */
export const benchRows = (count: number, owner: string): BenchRow[] =>
  Array.from({ length: count }, (_, n) => rowOf(n, owner));

/** The same rows, each `every`-th with new content. */
export const changedRows = (rows: BenchRow[], every: number): BenchRow[] =>
  rows.map((row, n) => {
    if (n % every !== 0) return row;
    return { ...row, hash: `${row.hash.slice(0, -1)}!`, fields: { ...row.fields, stock: row.fields.stock + 1 } };
  });

const SIZES = ['S', 'M', 'L'];

function rowOf(n: number, owner: string): BenchRow {
  const externalId = String(158_901_133_000_000_000 + n * 97);
  const connectorId = owner.padEnd(36, '-');
  const code = `SPU-${String(n).padStart(7, '0')}`;
  const skus = SIZES.slice(0, n % 4).map((size, k) => ({
    sku_id: `458${externalId.slice(2)}${k}`,
    outer_id: `${code}-${size}`,
    properties: `颜色分类:卡其;尺码:${size}`,
    price: priceOf(n + k),
    stock: (n + k) % 200,
  }));
  return {
    _id: `${connectorId}/${externalId}`,
    tenant: 'demo',
    connectorId,
    externalId,
    guard: 1,
    mark: { fence: 1, page: 1 + Math.floor(n / 800) },
    version: 1,
    fields: {
      title: `四季通用 亚麻高腰长袖衬衫 男女同款 ${n}号`,
      status: 'on_sale',
      outer_id: code,
      price: priceOf(n),
      stock: n % 600,
      images: [1, 2].map((at) => `https://img.alicdn.com/i${at}/${(n * 7919).toString(36)}_${at}.jpg`),
      category_id: String(50_000_000 + (n % 20_000)),
      skus,
    },
    hash: String(n).padStart(22, 'h'),
    digest: `1-${String(n).padStart(22, 'd')}`,
    sourceUpdatedAt: new Date(1_700_000_000_000 + n * 1_000),
    syncedAt: new Date(1_800_000_000_000),
    deletedAt: null,
  };
}

function priceOf(n: number): Price {
  const minor = String(1_000 + (n % 90_000));
  return { amount: `${minor.slice(0, -2)}.${minor.slice(-2)}`, currency: 'CNY', minor };
}
