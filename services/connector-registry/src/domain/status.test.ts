import { expect, test } from '@jest/globals';
import { CONNECTOR_STATUSES, type ConnectorStatus, type StatusCause, statusAfter } from './status.ts';
import { disconnects, STATUS_REASONS } from './status-reasons.ts';

const CAUSES: StatusCause[] = ['authorized', 'syncing', 'refused', 'app_changed'];

test('every state moves as its cause says, and nowhere else', () => {
  const moves = CONNECTOR_STATUSES.flatMap((status) =>
    CAUSES.map(
      (cause) => [status, cause, statusAfter(status, cause)] as [ConnectorStatus, StatusCause, ConnectorStatus | null],
    ),
  );
  expect(moves).toEqual([
    ['pending', 'authorized', 'connected'],
    ['pending', 'syncing', null],
    ['pending', 'refused', null],
    ['pending', 'app_changed', 'pending'],
    ['connected', 'authorized', 'connected'],
    ['connected', 'syncing', 'running'],
    ['connected', 'refused', 'error'],
    ['connected', 'app_changed', 'pending'],
    ['running', 'authorized', 'running'],
    ['running', 'syncing', null],
    ['running', 'refused', 'error'],
    ['running', 'app_changed', 'pending'],
    ['error', 'authorized', 'connected'],
    ['error', 'syncing', null],
    ['error', 'refused', null],
    ['error', 'app_changed', 'error'],
  ]);
});

test('every reason has a text in both languages and says who must act', () => {
  for (const { zh, en, who } of Object.values(STATUS_REASONS)) {
    expect(zh).toMatch(/[\u4e00-\u9fff]/);
    expect(en).toMatch(/^[\x20-\x7e]+$/);
    expect(['merchant', 'platform', 'nobody']).toContain(who);
  }
  expect(disconnects('auth_revoked')).toBe(true);
  expect(disconnects('app_credentials_refused')).toBe(false);
});
