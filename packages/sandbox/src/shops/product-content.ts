import { mix } from './mix.ts';
import type { ProductRow } from './product-catalog.ts';

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
const COLOURS = ['黑色', '白色', '藏青', '卡其', '雾霾蓝', '酒红', '墨绿', '燕麦'];
const SIZES = ['S', 'M', 'L', 'XL'];
const CATEGORIES = [50000671, 50010850, 50008898, 162104, 50011740, 50000436, 1629, 50022566];

const SALT = { title: 11, price: 12, stock: 13, category: 14, image: 15, skus: 16, colour: 17 };

const pick = <T>(from: readonly T[], number: number): T => from[number % from.length] as T;

/** A sales title; an update rewords its end. */
export function titleOf({ seed, index, version }: ProductRow): string {
  const n = mix(seed, index, SALT.title);
  const tail = pick(TAILS, (n >>> 21) + version);
  return `${pick(SEASONS, n)} ${pick(MATERIALS, n >>> 4)}${pick(CUTS, n >>> 9)}${pick(NOUNS, n >>> 15)} ${tail} ${String(index + 1)}号`;
}

/** 19.00 to 519.99 yuan, in cents. */
export const priceCentsOf = ({ seed, index, version }: ProductRow): number =>
  1_900 + (mix(seed, index, SALT.price + version * 100) % 50_100);

export const outerIdOf = ({ index }: ProductRow): string => `SPU-${String(index + 1).padStart(7, '0')}`;

export const categoryOf = ({ seed, index }: ProductRow): number => pick(CATEGORIES, mix(seed, index, SALT.category));

/** Path of the n-th picture, without host. */
export const imagePathOf = ({ seed, index }: ProductRow, n: number): string =>
  `i${(index % 4) + 1}/${mix(seed, index, SALT.image + n * 100).toString(36)}_${n + 1}.jpg`;

export interface SkuContent {
  /** Counted from 0 within the product. */
  number: number;
  colour: number;
  colourName: string;
  size: number;
  sizeName: string;
  priceCents: number;
  stock: number;
}

/** One to three skus: one colour in several sizes. */
export function skusOf(row: ProductRow): SkuContent[] {
  const n = mix(row.seed, row.index, SALT.skus);
  const colour = mix(row.seed, row.index, SALT.colour) % COLOURS.length;
  const price = priceCentsOf(row);
  return Array.from({ length: 1 + (n % 3) }, (_, number) => ({
    number,
    colour,
    colourName: COLOURS[colour] as string,
    size: number,
    sizeName: SIZES[number] as string,
    priceCents: price + number * 200,
    stock: mix(row.seed, row.index, SALT.stock + number + row.version * 100) % 200,
  }));
}

export const stockOf = (row: ProductRow): number => skusOf(row).reduce((sum, sku) => sum + sku.stock, 0);
