import type { Money } from './money.ts';

export type ProductStatus = 'on_sale' | 'off_sale' | 'deleted';

export interface ProductSku {
  sku_id: string | null;
  outer_id: string | null;
  /** `颜色:黑色;尺码:M` */
  properties: string | null;
  price: Money | null;
  stock: number | null;
}

/** A product in the words of every platform, named as it is stored and answered; null where the platform has none. */
export interface ProductFields {
  title: string | null;
  status: ProductStatus | null;
  outer_id: string | null;
  price: Money | null;
  stock: number | null;
  images: string[];
  category_id: string | null;
  skus: ProductSku[];
}

export type OrderStatus = 'unpaid' | 'paid' | 'shipped' | 'finished' | 'closed' | 'refunding';

export interface OrderItem {
  product_id: string | null;
  sku_id: string | null;
  title: string | null;
  quantity: number | null;
  price: Money | null;
}

/** As the platform masks it; the address in one line. */
export interface OrderReceiver {
  name: string | null;
  phone: string | null;
  address: string | null;
}

export interface OrderFields {
  status: OrderStatus | null;
  /** The platform's own word. */
  platform_status: string | null;
  total: Money | null;
  paid: Money | null;
  items: OrderItem[];
  created_at: string | null;
  paid_at: string | null;
  receiver: OrderReceiver | null;
}

/** One of a SKU, or of an item without SKUs. */
export interface InventoryFields {
  product_id: string | null;
  sku_id: string | null;
  outer_id: string | null;
  quantity: number | null;
  reserved: number | null;
}

export interface ReviewFields {
  product_id: string | null;
  order_id: string | null;
  /** 1 to 5. */
  rating: number | null;
  content: string | null;
  replied: boolean | null;
}

export type RecordFields = ProductFields | OrderFields | InventoryFields | ReviewFields;
