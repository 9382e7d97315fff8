import { AppError } from '@crossdock/kernel';

export const etagOf = (revision: number): string => `"${revision}"`;

/** The revision a caller insists on; undefined when it takes any. A tag we never gave is stale. */
export function ifRevision(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const revision = Number(/^"(\d{1,9})"$/.exec(header.trim())?.[1]);
  if (Number.isNaN(revision)) throw new AppError('stale', 'STALE', '资源已被修改，请刷新后重试');
  return revision;
}
