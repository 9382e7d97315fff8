import { invalidField } from '@crossdock/kernel';

export interface Page {
  skip: number;
  limit: number;
}

const DEFAULT_SIZE = 20;
const MAX_SIZE = 100;

/** 0 stands for "not said". */
export function pageOf({ page, pageSize }: { page: number; pageSize: number }): Page {
  const limit = pageSize || DEFAULT_SIZE;
  if (limit > MAX_SIZE) throw invalidField('page_size', `必须在 1 到 ${MAX_SIZE} 之间`);
  return { skip: ((page || 1) - 1) * limit, limit };
}
