import { AppError, type FieldErrors } from '@crossdock/kernel';

const LARGEST_PAGE_SIZE = 100;

/** A page past the end is fine: it is empty. */
export function checkPage(page: number, pageSize: number): void {
  const details: FieldErrors = {};
  if (page < 1) details['page'] = ['页码必须大于等于1'];
  if (pageSize < 1 || pageSize > LARGEST_PAGE_SIZE)
    details['page_size'] = [`每页数量必须在1到${LARGEST_PAGE_SIZE}之间`];
  if (Object.keys(details).length > 0) throw new AppError('invalid', 'VALIDATION', '参数校验失败', { details });
}
