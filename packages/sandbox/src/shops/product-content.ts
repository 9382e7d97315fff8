import { mix } from './mix.ts';
import type { ProductRow } from './product-rows.ts';
import { skuNumbers } from './skus.ts';

const SEASONS = [
  '2026春季新款',
  '2026夏季新款',
  '秋冬加厚',
  '四季通用',
  '经典复刻',
  '设计师款',
  '国潮联名',
  '明星同款',
];
const MATERIALS = [
  '纯棉',
  '新疆长绒棉',
  '亚麻',
  '桑蚕丝',
  '羊毛混纺',
  '莫代尔',
  '再生涤纶',
  '牛津纺',
  '灯芯绒',
  '珊瑚绒',
];
const CUTS = ['圆领', 'V领', '立领', '连帽', '高腰', '直筒', '宽松', '修身', '落肩', '阔腿'];
const NOUNS = [
  '短袖T恤',
  '长袖衬衫',
  '针织开衫',
  '休闲长裤',
  '连衣裙',
  '卫衣',
  '羽绒马甲',
  '防晒外套',
  '家居套装',
  '运动短裤',
  '半身裙',
  '风衣',
];
const TAILS = ['男女同款', '女通勤百搭', '男青年潮流', '亲子装', '大码显瘦', '学生宽松', '中老年舒适', '透气速干'];
export const COLOURS = ['黑色', '白色', '藏青', '卡其', '雾霾蓝', '酒红', '墨绿', '燕麦'];
export const SIZES = ['S', 'M', 'L', 'XL', '2XL', '3XL', '4XL', '5XL', '6XL', '均码'];
const CATEGORIES = [50000671, 50010850, 50008898, 162104, 50011740, 50000436, 1629, 50022566];

const SALT = { title: 11, price: 12, stock: 13, category: 14, image: 15, colour: 17, withheld: 18 };

export const pick = <T>(from: readonly T[], number: number): T => from[number % from.length] as T;

/** What a product's content follows from. */
export type Versioned = Pick<ProductRow, 'seed' | 'index' | 'version'>;

/** Makes sales titles of words spelt as told; an update rewords the end of one. */
export function titlesIn(spelling: (word: string) => string) {
  const spelt = (words: readonly string[]) => words.map(spelling);
  const [seasons, materials, cuts] = [spelt(SEASONS), spelt(MATERIALS), spelt(CUTS)];
  const [nouns, tails, end] = [spelt(NOUNS), spelt(TAILS), spelling('号')];
  return ({ seed, index, version }: Versioned): string => {
    const n = mix(seed, index, SALT.title);
    const tail = pick(tails, (n >>> 21) + version);
    return `${pick(seasons, n)} ${pick(materials, n >>> 4)}${pick(cuts, n >>> 9)}${pick(nouns, n >>> 15)} ${tail} ${String(index + 1)}${end}`;
  };
}

export const titleOf = titlesIn((word) => word);

/** 19.00 to 519.99 yuan, in cents. */
export const priceCentsOf = ({ seed, index, version }: Versioned): number =>
  1_900 + (mix(seed, index, SALT.price + version * 100) % 50_100);

export const outerIdOf = ({ index }: Versioned): string => `SPU-${String(index + 1).padStart(7, '0')}`;

/** An article number of the shop's own for a SKU. */
export const outerSkuIdOf = (product: Versioned, number: number): string =>
  `${outerIdOf(product)}-${SIZES[number] as string}`;

export const categoryOf = ({ seed, index }: Versioned): number => pick(CATEGORIES, mix(seed, index, SALT.category));

const PAIRS = Array.from({ length: 36 ** 2 }, (_, n) => n.toString(36).padStart(2, '0'));

/** What `toString(36)` answers, at a quarter of its cost. */
function base36(number: number): string {
  let [rest, text] = [number, ''];
  for (; rest >= PAIRS.length; rest = Math.floor(rest / PAIRS.length)) text = `${PAIRS[rest % PAIRS.length]}${text}`;
  return rest.toString(36) + text;
}

/** Path of the n-th picture, without host. */
export const imagePathOf = ({ seed, index }: Versioned, n: number): string =>
  `i${(index % 4) + 1}/${base36(mix(seed, index, SALT.image + n * 100))}_${n + 1}.jpg`;

export const MAX_SKUS = SIZES.length;

export interface SkuContent {
  /** Counted from 0 within the product. */
  number: number;
  colour: number;
  size: number;
  priceCents: number;
  stock: number;
  /** Ordered, not yet paid for. */
  withheld: number;
  /** Epoch seconds. */
  modified: number;
}

/** Each change of the stock alone gives another number. */
function stockAt({ seed, index, version, skuChanges }: ProductRow, number: number): number {
  const seeded = mix(seed, index, SALT.stock + number + version * 100);
  return (seeded + 7 * (skuChanges?.get(number)?.version ?? 0)) % 200;
}

const withheldAt = ({ seed, index }: ProductRow, number: number, stock: number): number =>
  Math.min(stock, mix(seed, index, SALT.withheld + number) % 6);

/** When a SKU's own stock or its whole product's content last changed, in epoch seconds. */
export const skuModified = ({ contentAt, skuChanges }: ProductRow, number: number): number =>
  Math.max(contentAt, skuChanges?.get(number)?.modified ?? 0);

export function skusOf(row: ProductRow): SkuContent[] {
  if (row.plain) return [];
  const colour = mix(row.seed, row.index, SALT.colour) % COLOURS.length;
  const price = priceCentsOf(row);
  return skuNumbers(row.seed, row.index, row.skuChanges).map((number) => {
    const stock = stockAt(row, number);
    return {
      number,
      colour,
      size: number,
      priceCents: price + number * 200,
      stock,
      withheld: withheldAt(row, number, stock),
      modified: skuModified(row, number),
    };
  });
}

/** Of a product without SKUs its own stock, of any other their sum. */
export function stockOf(row: ProductRow, skus: readonly SkuContent[]): { stock: number; withheld: number } {
  if (row.plain) {
    const stock = stockAt(row, 0);
    return { stock, withheld: withheldAt(row, 0, stock) };
  }
  let [stock, withheld] = [0, 0];
  for (const sku of skus) [stock, withheld] = [stock + sku.stock, withheld + sku.withheld];
  return { stock, withheld };
}
