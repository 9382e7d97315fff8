import { expect, test } from '@jest/globals';
import { EACH_POINT, OTHERWISE } from './cases.ts';
import { volleysOf } from './volleys.ts';

test('rounds of deaths cut off each case as often as asked, whole groups by one death, and never two that exclude each other', () => {
  const missing = new Map([...EACH_POINT, ...OTHERWISE].map((each) => [each, 20]));
  let deaths = 0;
  while ([...missing.values()].some((count) => count > 0)) {
    const volleys = volleysOf(missing, 8);
    expect(volleys).not.toEqual([]);
    deaths += volleys.length;
    for (const { service, shots } of volleys) {
      const lines = shots.map(({ case: { inTurn } }) => inTurn);
      expect(new Set(lines).size).toBe(lines.length);
      for (const { case: each, subjects } of shots) {
        expect(each.service).toBe(service);
        missing.set(each, missing.get(each)! - subjects);
      }
    }
  }
  expect(new Set(missing.values())).toEqual(new Set([0]));
  expect(deaths).toBeLessThan((missing.size * 20) / 6);
});
