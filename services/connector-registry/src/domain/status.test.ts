import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { moved, type Stage, stageAfter, stageOf, type StatusCause } from './status.ts';
import type { StatusReason } from './status-reasons.ts';

const STAGES: Stage[] = ['pending', 'connected', 'running', 'paused', 'error', 'deleted'];
const CAUSES: StatusCause[] = [
  'authorized',
  'syncing',
  'refused',
  'app_changed',
  'advised',
  'paused',
  'auto_paused',
  'resumed',
  'deleted',
];

test('every stage moves as its cause says, and nowhere else', () => {
  const moves = Object.fromEntries(
    STAGES.map((stage) => [stage, CAUSES.map((cause) => stageAfter(stage, cause) ?? '-').join(' ')]),
  );
  expect(moves).toEqual({
    pending: 'connected - - pending - - - - deleted',
    connected: 'connected running error pending connected paused paused - deleted',
    running: 'running - error pending running paused paused - deleted',
    paused: 'paused - error pending - - - connected deleted',
    error: 'connected - - error - - - - deleted',
    deleted: '- - - - - - - - -',
  });
});

const reasonFor: Record<StatusCause, StatusReason | null> = {
  authorized: null,
  syncing: null,
  refused: 'auth_revoked',
  app_changed: 'reauthorization_required',
  advised: 'rate_limited',
  paused: 'paused',
  auto_paused: 'auto_paused',
  resumed: null,
  deleted: null,
};

test('whatever happens, in whatever order, status and reason tell the stage that the table leads to', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...CAUSES), { maxLength: 30 }), (causes) => {
      let connector: Parameters<typeof moved>[0] = {
        status: 'pending',
        statusReason: null,
        heldPause: null,
        deletedAt: null,
      };
      for (const cause of causes) {
        const back = cause === 'authorized' && connector.heldPause !== null;
        const expected = back ? 'paused' : stageAfter(stageOf(connector), cause);
        const move = moved(connector, cause, reasonFor[cause]);
        expect(move === null).toBe(expected === null);
        if (move !== null) connector = { ...move, deletedAt: cause === 'deleted' ? new Date(0) : null };
        if (expected !== null) expect(stageOf(connector)).toBe(expected);
        if (stageOf(connector) === 'error') expect(connector.statusReason).not.toBeNull();
      }
    }),
  );
});

const paused = { status: 'connected', statusReason: 'auto_paused', heldPause: null, deletedAt: null } as const;

test('who authorises a paused connector again has not resumed it', () => {
  expect(moved(paused, 'authorized', null)).toMatchObject({ status: 'connected', statusReason: 'auto_paused' });
  expect(moved(paused, 'resumed', null)).toMatchObject({ status: 'connected', statusReason: null });
});

test('nor who does so after its grant was lost or its app changed, however often', () => {
  const lost = { ...moved(paused, 'refused', 'auth_revoked')!, deletedAt: null };
  expect(lost).toMatchObject({ status: 'error', statusReason: 'auth_revoked', heldPause: 'auto_paused' });
  const again = { ...moved(lost, 'authorized', null)!, deletedAt: null };
  expect(again).toEqual(paused);
  expect(moved(again, 'refused', 'auth_revoked')).toMatchObject({ heldPause: 'auto_paused' });
  const changed = { ...moved(paused, 'app_changed', 'reauthorization_required')!, deletedAt: null };
  expect(changed).toMatchObject({ status: 'pending', statusReason: 'reauthorization_required' });
  expect(moved(changed, 'authorized', null)).toMatchObject({ status: 'connected', statusReason: 'auto_paused' });
  expect(moved({ ...paused, statusReason: null }, 'refused', 'auth_revoked')).toMatchObject({ heldPause: null });
});
