import type { RowProblem, SourceRow } from '../adapter.ts';
import type { ReviewFields } from '../record-fields.ts';
import { rowHash } from '../row-hash.ts';
import type { JsonObject } from './answer.ts';
import { idText, isAbsent, time, words } from './fields.ts';
import { missingId, nameless, RowReader } from './row-reader.ts';

export const REVIEW_FIELDS = 'tid,oid,num_iid,role,nick,result,created,content,reply';

const RATING: Record<string, number> = { good: 5, neutral: 3, bad: 1 };

const rating = (value: unknown): number | null => (typeof value === 'string' ? (RATING[value] ?? null) : null);

/** The id of an answered review (the bought part's), or a name for one without; the trade when it is told. */
export function listedReview(row: JsonObject): { id: string; tid: string | null; problem: RowProblem | null } {
  const id = idText(row.oid);
  const tid = idText(row.tid);
  return id === null ? { id: nameless(row), tid, problem: missingId('评价') } : { id, tid, problem: null };
}

/** `id` is its `oid`. The first invalid field becomes its problem. */
export function reviewRow(row: JsonObject, id: string): SourceRow<ReviewFields> {
  const reader = new RowReader();
  const updatedAt = reader.required('source_updated_at', row.created, time);
  const fields: ReviewFields = {
    product_id: reader.optional('product_id', row.num_iid, idText),
    order_id: reader.required('order_id', row.tid, idText),
    rating: reader.required('rating', row.result, rating),
    content: reader.optional('content', row.content, words),
    replied: isAbsent(row.reply) ? false : reader.required('replied', row.reply, words) !== null,
  };
  return { externalId: id, updatedAt, fields, hash: rowHash(fields, updatedAt), problem: reader.problem };
}

/** In place of a review that cannot be read at all. */
export const unreadableReview = (id: string, problem: RowProblem): SourceRow<ReviewFields> => ({
  externalId: id,
  updatedAt: null,
  fields: { product_id: null, order_id: null, rating: null, content: null, replied: null },
  hash: '',
  problem,
});
