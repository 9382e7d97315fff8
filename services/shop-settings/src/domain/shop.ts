import { AppError, type FieldErrors } from '@crossdock/kernel';
import { isDomain } from './domain-name.ts';

export const SHOP_STATUSES = ['active', 'inactive', 'pending', 'suspended'] as const;

export type ShopStatus = (typeof SHOP_STATUSES)[number];

/** What people say about a shop. */
export interface ShopFields {
  name: string;
  /** A host name in lower case, unique among the tenant's living shops. */
  domain: string;
  status: ShopStatus;
}

export interface Shop extends ShopFields {
  id: number;
  tenant: string;
  /** Grows with every change. */
  version: number;
  createdAt: Date;
}

const LONGEST_NAME = 200;

const isStatus = (text: string): text is ShopStatus => SHOP_STATUSES.some((status) => status === text);

/** The fields as they are stored; refuses all that is wrong at once, by field. */
export function shopFields(given: { name: string; domain: string; status: string }): ShopFields {
  const domain = given.domain.toLowerCase();
  const status = given.status === '' ? 'active' : given.status;
  const details: FieldErrors = {};
  if (given.name.trim() === '') details['name'] = ['店铺名称不能为空'];
  else if (Array.from(given.name).length > LONGEST_NAME) details['name'] = [`店铺名称不能超过${LONGEST_NAME}个字符`];
  if (!isDomain(domain)) details['domain'] = ['域名格式不正确'];
  if (!isStatus(status)) details['status'] = [`状态无效，可选值: ${SHOP_STATUSES.join(', ')}`];
  else if (Object.keys(details).length === 0) return { name: given.name, domain, status };
  throw new AppError('invalid', 'VALIDATION', '参数校验失败', { details });
}

/** 409 is for what happens at once; a domain that is taken is a field to correct. */
export const domainTaken = () =>
  new AppError('invalid', 'VALIDATION', '参数校验失败', { details: { domain: ['域名已存在'] } });
