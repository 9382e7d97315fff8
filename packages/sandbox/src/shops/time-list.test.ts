import { expect, test } from '@jest/globals';
import { mix } from './mix.ts';
import { moved, timeKey } from './time-list.ts';

const sortedKeys = (keys: number[]) => Float64Array.from(keys).sort();

test('moving keys gives what sorting anew gives', () => {
  for (let round = 0; round < 200; round += 1) {
    const keys = Array.from({ length: 1 + (mix(1, round, 0) % 30) }, (_, at) => timeKey(mix(2, round, at) % 10, at));
    const gone = keys.filter((_, at) => mix(3, round, at) % 3 === 0);
    const come = Array.from({ length: mix(4, round, 0) % 8 }, (_, at) => timeKey(mix(5, round, at) % 12, 100 + at));
    const kept = keys.filter((key) => !gone.includes(key));
    expect(moved(sortedKeys(keys), gone, come)).toEqual(sortedKeys([...kept, ...come]));
  }
});

test('a row that changes within its own list keeps its one place', () => {
  const keys = sortedKeys([timeKey(1, 0), timeKey(2, 1), timeKey(3, 2)]);
  expect(moved(keys, [timeKey(1, 0)], [timeKey(9, 0)])).toEqual(
    sortedKeys([timeKey(2, 1), timeKey(3, 2), timeKey(9, 0)]),
  );
  expect(moved(keys, [timeKey(2, 1)], [timeKey(2, 1)])).toEqual(keys);
});
