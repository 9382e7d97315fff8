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
