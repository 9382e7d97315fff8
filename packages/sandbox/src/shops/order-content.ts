import { mix } from './mix.ts';
import type { Goods, OrderRow } from './order-rows.ts';
import {
  imagePathOf,
  outerIdOf,
  outerSkuIdOf,
  pick,
  priceCentsOf,
  titleOf,
  type Versioned,
} from './product-content.ts';
import { seededSkuCount, skuIdOf } from './skus.ts';

const SURNAMES = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙'];
const PLACES = [
  ['浙江省', '杭州市', '余杭区'],
  ['广东省', '深圳市', '南山区'],
  ['上海', '上海市', '浦东新区'],
  ['四川省', '成都市', '武侯区'],
  ['江苏省', '苏州市', '吴中区'],
  ['湖北省', '武汉市', '洪山区'],
] as const;

const SALT = { product: 41, sku: 51, num: 61, surname: 71, place: 72, buyer: 73 };

export interface LineContent {
  line: number;
  productId: string;
  /** Undefined for a product without SKUs. */
  skuId: string | undefined;
  outerId: string;
  outerSkuId: string | undefined;
  title: string;
  imagePath: string;
  num: number;
  priceCents: number;
  totalCents: number;
}

/** The order's seed, index and corrections: all that its lines follow from. */
export type LinesOf = Pick<OrderRow, 'seed' | 'index' | 'lines' | 'corrections'>;

/** One line as it was bought: the product's first title and price. A correction raises the first line by one yuan. */
export function lineOf({ seed, index, corrections }: Omit<LinesOf, 'lines'>, line: number, goods: Goods): LineContent {
  const product: Versioned = {
    seed: goods.seed,
    index: mix(seed, index, SALT.product + line) % goods.count,
    version: 0,
  };
  const id = goods.idOf(product.index);
  const skus = seededSkuCount(product.seed, product.index);
  const sku = skus === 0 ? undefined : mix(seed, index, SALT.sku + line) % skus;
  const num = 1 + (mix(seed, index, SALT.num + line) % 3);
  const priceCents = priceCentsOf(product) + (sku ?? 0) * 200 + (line === 0 ? corrections * 100 : 0);
  const outerId = outerIdOf(product);
  return {
    line,
    productId: id,
    skuId: sku === undefined ? undefined : skuIdOf(id, sku),
    outerId,
    outerSkuId: sku === undefined ? undefined : outerSkuIdOf(product, sku),
    title: titleOf(product),
    imagePath: imagePathOf(product, 0),
    num,
    priceCents,
    totalCents: priceCents * num,
  };
}

export const linesOf = (order: LinesOf, goods: Goods): LineContent[] =>
  Array.from({ length: order.lines }, (_, line) => lineOf(order, line, goods));

export const totalOf = (lines: readonly LineContent[]): number => lines.reduce((sum, line) => sum + line.totalCents, 0);

/** Where it goes, masked as the platform masks it. */
export function receiverOf({ seed, index }: Pick<OrderRow, 'seed' | 'index'>) {
  const [state, city, district] = pick(PLACES, mix(seed, index, SALT.place));
  const n = mix(seed, index, SALT.buyer);
  return {
    name: `${pick(SURNAMES, mix(seed, index, SALT.surname))}**`,
    mobile: `1${3 + (n % 7)}*********`.slice(0, 11),
    state,
    city,
    district,
    address: '***街道***号',
  };
}

/** The buyer as the shop may know them: a masked name, and ids that say nothing. */
export function buyerOf({ seed, index }: Pick<OrderRow, 'seed' | 'index'>) {
  const id = mix(seed, index, SALT.buyer).toString(36).padStart(7, '0');
  return { nick: `${id[0]}**${id[6]}`, openUid: `AAH${id}${id}`, oaid: `oaid${id}${id}` };
}
