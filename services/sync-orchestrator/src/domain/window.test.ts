import { expect, test } from '@jest/globals';
import { OVERLAP_MS, windowOf } from './window.ts';

const start = new Date('2026-03-14T10:00:00Z');
const before = new Date('2026-03-14T09:00:00Z');
const lagMs = 2_000;
const to = new Date(start.getTime() - lagMs);

test('a full sync walks everything up to a little before its start', () => {
  expect(windowOf('full', { start, cursor: before, since: null, lagMs })).toEqual({ from: null, to });
});

test('an incremental sync overlaps its cursor, and without one walks everything', () => {
  expect(windowOf('incremental', { start, cursor: before, since: null, lagMs })).toEqual({
    from: new Date(before.getTime() - OVERLAP_MS),
    to,
  });
  expect(windowOf('incremental', { start, cursor: null, since: null, lagMs })).toEqual({ from: null, to });
});

test('since is taken as it was asked for', () => {
  expect(windowOf('since', { start, cursor: null, since: before, lagMs })).toEqual({ from: before, to });
});
