import { expect, test } from '@jest/globals';
import type { Principal } from './accounts.ts';
import { audienceFor, checkAudience, CLIENT_AUDIENCES, claimsOf, openSession, USER_AUDIENCES } from './tokens.ts';

const admin: Principal = {
  tenant: 'demo',
  subject: 'user:1',
  role: 'admin',
  name: 'Admin User',
  email: 'admin@example.com',
};
const now = new Date('2026-01-01T00:00:00.700Z');

test('a login is good for shops, commerce and listings unless it asks for channels', () => {
  expect(audienceFor(USER_AUDIENCES, '')).toEqual(['shops', 'commerce', 'listings']);
  expect(audienceFor(USER_AUDIENCES, 'commerce')).toEqual(['shops', 'commerce', 'listings']);
  expect(audienceFor(USER_AUDIENCES, 'channels')).toEqual(['channels']);
});

test('a program is never given the shops, and nobody an audience that does not exist', () => {
  expect(audienceFor(CLIENT_AUDIENCES, '')).toEqual(['commerce', 'listings']);
  expect(() => audienceFor(CLIENT_AUDIENCES, 'shops')).toThrow(expect.objectContaining({ kind: 'invalid' }));
  expect(() => audienceFor(USER_AUDIENCES, 'everything')).toThrow(
    expect.objectContaining({ kind: 'invalid', details: { audience: [expect.stringContaining('channels')] } }),
  );
});

test('no set mixes channels with anything else', () => {
  for (const set of [...USER_AUDIENCES, ...CLIENT_AUDIENCES])
    expect(set.includes('channels') && set.length > 1).toBe(false);
});

test('the channels family refuses a viewer', () => {
  expect(() => checkAudience({ ...admin, role: 'viewer' }, ['channels'])).toThrow(
    expect.objectContaining({ kind: 'forbidden' }),
  );
  expect(() => checkAudience({ ...admin, role: 'viewer' }, ['shops'])).not.toThrow();
  expect(() => checkAudience(admin, ['channels'])).not.toThrow();
});

test('a token says who, where, what for and until when', () => {
  const session = openSession(admin, ['channels'], 86_400, 's1', now);
  const iat = Date.parse('2026-01-01T00:00:00Z') / 1000;
  expect(claimsOf(session, admin)).toEqual({
    iss: 'crossdock',
    sub: 'user:1',
    aud: ['channels'],
    jti: 's1',
    iat,
    exp: iat + 86_400,
    tenant: 'demo',
    role: 'admin',
    name: 'Admin User',
    email: 'admin@example.com',
  });
});

test("a program's token carries no address", () => {
  const program: Principal = { ...admin, subject: 'client:demo-client', email: null };
  expect(claimsOf(openSession(program, ['commerce'], 3_600, 's2', now), program)).not.toHaveProperty('email');
});
