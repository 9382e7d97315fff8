import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { elementTexts } from './json-text.ts';

const PATH = ['items_seller_list_get_response', 'items', 'item'];

test('the elements are cut out of their JSON byte by byte, with the digits they came with', () => {
  const rows = [
    '{"num_iid":712345678901234567,"price":59.00,"t":"a \\"]} \\\\"}',
    '{ "skus" : {"sku":[{"x":[1,2]}]} }',
    '-1.50',
    '"]"',
    '[]',
  ];
  const json = `{ "request_id":"[{", "items_seller_list_get_response" : {"other":{"item":[9]},"items": {"item": [ ${rows.join(' , ')} ] } } }`;
  expect(elementTexts(json, PATH)).toEqual(rows);
});

test('any elements are found behind any neighbours, however spaced', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.jsonValue(),
      fc.constantFrom(undefined, 1, '\t'),
      (elements, other, space) => {
        const json = JSON.stringify(
          { a: other, items_seller_list_get_response: { b: other, items: { item: elements, c: other } } },
          null,
          space,
        );
        expect(elementTexts(json, PATH)?.map((text) => JSON.parse(text) as unknown)).toEqual(
          JSON.parse(JSON.stringify(elements)),
        );
      },
    ),
  );
});

test('no array, no elements', () => {
  for (const json of [
    '{}',
    '[]',
    '1',
    '{"items_seller_list_get_response":{"items":{"item":{}}}}',
    '{"items_seller_list_get_response":[]}',
  ]) {
    expect(elementTexts(json, PATH)).toBeNull();
  }
});
