import type { RecordRef } from '../src/index.ts';
import { type Form, gmt8, invalid, momentOf, pageOf, responseOf, rowText } from './taobao-wire.ts';

const LISTS: Record<string, string> = { 'taobao.items.onsale.get': 'onsale', 'taobao.items.inventory.get': 'instock' };

export interface TestItem {
  id: string;
  status: 'onsale' | 'instock';
  modifiedMs: number;
  /** Laid over the row's JSON fields; the texts are JSON. */
  extra: Record<string, string>;
}

/** The products of a shop. For inventory every second one has its stock in one sku, the others themselves. */
export function itemShelf(entity: 'products' | 'inventory') {
  const items = new Map<string, TestItem>();
  let made = 0;

  const hasSku = (id: string) => entity === 'inventory' && Number(id.at(-1)) % 2 === 0;
  const skuOf = (id: string) => `5${id}`;
  const recordOf = (id: string) => (hasSku(id) ? skuOf(id) : id);
  const productOf = (record: string) => (record.length === 19 ? record.slice(1) : record);
  const itemOf = (record: string) => items.get(productOf(record)) as TestItem;

  function fieldsOf(item: TestItem): Record<string, string> {
    const fields: Record<string, string> = {
      num_iid: item.id,
      title: '"纯棉T恤"',
      approve_status: `"${item.status}"`,
      price: '"59.00"',
      num: '120',
      outer_id: '"SPU-1"',
      cid: '50000671',
      pic_url: '"https://img.example/1.jpg"',
      modified: `"${gmt8(item.modifiedMs)}"`,
      item_imgs: '{"item_img":[{"id":1,"url":"https://img.example/1.jpg"},{"id":2,"url":"https://img.example/2.jpg"}]}',
      skus: `{"sku":[${skuText('5012345678901234567', '7')}]}`,
      ...item.extra,
    };
    if (entity === 'products') return fields;
    const skus = hasSku(item.id) ? `{"sku":[${skuText(skuOf(item.id), fields.num as string)}]}` : '';
    return { ...fields, skus, ...item.extra };
  }

  const skuText = (id: string, quantity: string): string =>
    `{"sku_id":${id},"properties":"1627207:28341;20509:28314","properties_name":"1627207:28341:颜色:黑色;20509:28314:尺码:M",` +
    `"quantity":${quantity},"price":"59.50","outer_id":"SKU-1-M","status":"normal"}`;

  function list(form: Form): string {
    const [from, to] = [momentOf(form.start_modified ?? gmt8(0)), momentOf(form.end_modified ?? '9999-12-31 00:00:00')];
    if (Number(form.page_no) * Number(form.page_size) > 20_200) return invalid('page_no');
    const rows = [...items.values()]
      .filter(({ status }) => status === LISTS[form.method as string])
      .filter(({ modifiedMs }) => modifiedMs >= from && modifiedMs < to + 1_000)
      .toSorted((a, b) => b.modifiedMs - a.modifiedMs || (a.id < b.id ? -1 : 1));
    return pageOf(form, rows, (item) => rowText(fieldsOf(item), form.fields), ['items', 'item']);
  }

  function details(form: Form): string {
    const ids = form.num_iids?.split(',') ?? [];
    if (ids.length > 20) return invalid('num_iids');
    const rows = ids.flatMap((id) => items.get(id) ?? []).map((item) => rowText(fieldsOf(item)));
    return `{"${responseOf(form)}":{${rows.length === 0 ? '' : `"items":{"item":[${rows.join(',')}]},`}"request_id":"r2"}}`;
  }

  return {
    items,
    methods: {
      'taobao.items.onsale.get': list,
      'taobao.items.inventory.get': list,
      'taobao.items.seller.list.get': details,
    },
    put(count: number, at: Date): string[] {
      const ids = Array.from({ length: count }, (_, n) => String(712345678901230000n + BigInt(made + n)));
      made += count;
      ids.forEach((id, n) =>
        items.set(id, { id, status: n % 5 === 0 ? 'instock' : 'onsale', modifiedMs: at.getTime(), extra: {} }),
      );
      return ids.map(recordOf);
    },
    touch: (id: string, at: Date) => void (itemOf(id).modifiedMs = at.getTime()),
    remove: (id: string) => void items.delete(productOf(id)),
    spoil: (id: string) =>
      void Object.assign(itemOf(id).extra, entity === 'products' ? { price: '"面议"' } : spoiltStock(id)),
    spoiltField: entity === 'products' ? 'price' : 'quantity',
    refOf: (id: string): RecordRef => ({
      id,
      productId: entity === 'products' ? null : productOf(id),
      orderId: null,
    }),
    touchTells: entity === 'products',
  };

  function spoiltStock(id: string): Record<string, string> {
    return hasSku(productOf(id)) ? { skus: `{"sku":[${skuText(id, '-1')}]}` } : { num: '-1' };
  }
}
