import { describe, expect, test } from '@jest/globals';
import { listedReview, reviewRow } from './review-row.ts';

const ROW = {
  tid: '4012345678901234567',
  oid: '4012345678901234568',
  num_iid: '712345678901234567',
  role: 'buyer',
  nick: 't**8',
  result: 'good',
  created: '2026-01-15 10:02:11',
  content: '很好',
  reply: '谢谢',
};
const read = (changes: object = {}) => reviewRow({ ...ROW, ...changes }, ROW.oid);

describe('a review row', () => {
  test('is normalised field by field', () => {
    expect(read()).toEqual({
      externalId: ROW.oid,
      updatedAt: new Date('2026-01-15T02:02:11Z'),
      fields: { product_id: ROW.num_iid, order_id: ROW.tid, rating: 5, content: '很好', replied: true },
      hash: expect.stringMatching(/^[\w-]{22}$/),
      problem: null,
    });
    expect(read({ result: 'neutral' }).fields.rating).toBe(3);
    expect(read({ result: 'bad' }).fields.rating).toBe(1);
  });

  test('may say nothing and be without a reply', () => {
    expect(read({ content: '', reply: undefined })).toMatchObject({
      fields: { content: null, replied: false },
      problem: null,
    });
  });

  test.each<[string, unknown, string]>([
    ['result', 'splendid', 'rating'],
    ['result', undefined, 'rating'],
    ['tid', 'x', 'order_id'],
    ['num_iid', -1, 'product_id'],
    ['content', 7, 'content'],
    ['reply', {}, 'replied'],
    ['created', '', 'source_updated_at'],
  ])('with %s %p keeps its id and names the field', (field, value, path) => {
    const row = read({ [field]: value });
    expect(row.externalId).toBe(ROW.oid);
    expect(row.problem).toMatchObject({ field: path, message: expect.stringContaining(path) });
  });

  test('without an id has a stable name that no review has', () => {
    const nameless = { ...ROW, oid: undefined };
    expect(listedReview(nameless)).toMatchObject({ id: expect.stringMatching(/^\?/), problem: { code: 'MISSING_ID' } });
    expect(listedReview(nameless)).toEqual(listedReview({ ...nameless }));
  });
});
