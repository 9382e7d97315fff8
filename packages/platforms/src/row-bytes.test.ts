import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitRows } from './row-bytes.ts';

const OPENING = '{"answer":{"items":{"item":[';
const split = (text: string) => splitRows(Buffer.from(text), OPENING, 'num_iid');
const answer = (rows: string[], tail = ',"total_results":3') => `${OPENING}${rows.join(',')}]}${tail}}}`;

const ROW = '{"num_iid":712345678901234567,"title":"大\\"\\\\","skus":{"sku":[{"num_iid":5}]}}';

describe('a list of rows', () => {
  test('is taken out of its answer, each row with the id that is its own', () => {
    const others = ['{"skus":[{"num_iid":7}],"num_iid":6}', '{"title":"\\"num_iid\\":9"}', '{}'];
    const { rows, rest } = split(answer([ROW, ...others]))!;
    expect(rows.map(({ id, bytes }) => [id, bytes.toString()])).toEqual([
      ['712345678901234567', ROW],
      ['6', others[0]],
      [null, others[1]],
      [null, others[2]],
    ]);
    expect(rest.toString()).toBe(answer([]));
  });

  test.each(['null', '"5"', '-5', '5.0', '5e3', '{"num_iid":5}', '[5]', ' 5'])('tells no id where it is %s', (id) => {
    expect(split(answer([`{"num_iid":${id}}`]))!.rows[0]!.id).toBeNull();
  });

  test('of any JSON objects comes to pieces that are these objects', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }), (values) => {
        const { rows, rest } = split(answer(values.map((value) => JSON.stringify(value))))!;
        expect(rows.map(({ bytes }) => JSON.parse(bytes.toString()))).toEqual(JSON.parse(JSON.stringify(values)));
        expect(rest.toString()).toBe(answer([]));
      }),
    );
  });

  test.each([
    '',
    '{}',
    OPENING,
    `${OPENING}{`,
    `${OPENING}{}`,
    `${OPENING}{}}`,
    answer(['{"title":"open}']),
    answer(['{"title":"open\\"}']),
    answer(['null', ROW]),
    answer([ROW, '"5"']),
    answer([ROW, '[]']),
    answer([` ${ROW}`]),
    `${OPENING}${ROW} ,${ROW}]}}}`,
    `${OPENING}${ROW},]}}}`,
    `${OPENING}${ROW}${ROW}]}}}`,
    answer([ROW]).replace('"items":', '"total_results":1,"items":'),
    answer([ROW]).replace('{"answer"', '{ "answer"'),
    '{"error_response":{"code":7}}',
  ])('is left to be parsed as a whole in %p', (text) => {
    expect(split(text)).toBeNull();
  });
});
