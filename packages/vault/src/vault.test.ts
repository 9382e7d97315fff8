import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyIdOf } from './sealed-text.ts';
import { createVault, type SealedPlace } from './vault.ts';

const newKey = () => randomBytes(32).toString('base64');
const oldKey = newKey();
const vault = createVault(`k1:${oldKey}`);

const word = fc.string({ unit: 'binary', maxLength: 20 });
const place: fc.Arbitrary<SealedPlace> = fc.record({ tenant: word, collection: word, id: word, field: word });
const here: SealedPlace = { tenant: 'demo', collection: 'connectors', id: '1', field: 'config.app_secret' };

describe('sealing', () => {
  test('gives back every text, here and in another process with the same keys', () => {
    const other = createVault(`k1:${oldKey}`);
    fc.assert(
      fc.property(place, fc.string({ unit: 'binary', maxLength: 500 }), (at, plain) => {
        const sealed = vault.seal(at, plain);
        expect(vault.open(at, sealed)).toBe(plain);
        expect(other.open(at, sealed)).toBe(plain);
      }),
    );
  });

  test('never gives the same text twice and never shows the plaintext', () => {
    const sealed = [vault.seal(here, 'sandbox-secret'), vault.seal(here, 'sandbox-secret')];
    expect(sealed[0]).not.toBe(sealed[1]);
    expect(sealed[0]).toMatch(/^v1\.k1\.[\w-]{80}\.[\w-]{16}\.[\w-]+$/);
    expect(sealed[0]).not.toContain('sandbox');
  });

  test('uses one data key per tenant', () => {
    const wrapped = (tenant: string) => vault.seal({ ...here, tenant }, 'x').split('.')[2];
    expect(wrapped('demo')).toBe(wrapped('demo'));
    expect(wrapped('demo')).not.toBe(wrapped('other'));
  });
});

describe('opening', () => {
  test('refuses a text moved to another tenant, collection, id or field', () => {
    fc.assert(
      fc.property(place, place, (from, to) => {
        fc.pre(JSON.stringify(from) !== JSON.stringify(to));
        const sealed = vault.seal(from, 'secret');
        expect(() => vault.open(to, sealed)).toThrow('belongs to another place');
      }),
    );
    const shifted = vault.seal({ ...here, collection: 'ab', id: 'c' }, 'secret');
    expect(() => vault.open({ ...here, collection: 'a', id: 'bc' }, shifted)).toThrow('belongs to another place');
  });

  test('refuses a text with any byte changed, cut or added', () => {
    const sealed = vault.seal(here, '密钥 secret');
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 127 }), (index, flip) => {
        const changed =
          sealed.slice(0, index) + String.fromCharCode(sealed.charCodeAt(index) ^ flip) + sealed.slice(index + 1);
        expect(() => vault.open(here, changed)).toThrow();
        expect(() => vault.open(here, sealed.slice(0, index))).toThrow();
        expect(() => vault.open(here, sealed + String.fromCharCode(flip))).toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  test('refuses a text put together from two', () => {
    const first = vault.seal(here, 'one').split('.');
    const second = vault.seal(here, 'two').split('.');
    expect(() => vault.open(here, [...first.slice(0, 4), second[4]].join('.'))).toThrow('belongs to another place');
    const foreign = vault.seal({ ...here, tenant: 'other' }, 'three').split('.');
    expect(() => vault.open(here, [...first.slice(0, 2), ...foreign.slice(2)].join('.'))).toThrow(
      'belongs to another place',
    );
  });

  test('works with every key of the ring while the first one seals', () => {
    const before = vault.seal(here, 'kept');
    const rotated = createVault(`k2:${newKey()},k1:${oldKey}`);
    expect(rotated.open(here, before)).toBe('kept');
    expect(rotated.seal(here, 'kept')).toMatch(/^v1\.k2\./);
  });

  test('says which kind of fault it met and repeats nothing secret', () => {
    const sealed = vault.seal(here, 'secret');
    const stranger = createVault(`k9:${newKey()}`);
    const impostor = createVault(`k1:${newKey()}`);
    expect(() => stranger.open(here, sealed)).toThrow(expect.objectContaining({ fault: 'UNKNOWN_KEY' }));
    expect(() => impostor.open(here, sealed)).toThrow(expect.objectContaining({ fault: 'REFUSED' }));
    expect(() => vault.open(here, 'v2.x')).toThrow(expect.objectContaining({ fault: 'FORMAT' }));
    expect(() => vault.open(here, 'sandbox-secret')).toThrow(/^(?!.*sandbox)/);
  });
});

describe('the setting KEY_ENCRYPTION_KEYS', () => {
  test.each([
    ['', 'entry 1 is not id:base64'],
    ['k1', 'entry 1 is not id:base64'],
    [`k1:${newKey()},`, 'entry 2 is not id:base64'],
    [`k.1:${newKey()}`, 'entry 1: the id must be'],
    ['k1:not base64!', 'entry 1 (k1): the key is not base64'],
    ['k1:', 'entry 1 (k1): the key has 0 bytes'],
    [`k1:${randomBytes(16).toString('base64')}`, 'entry 1 (k1): the key has 16 bytes, not 32'],
    [`k1:${newKey()},k1:${newKey()}`, 'entry 2 (k1): the id stands twice'],
    [`a:x,b`, 'entry 1 (a): the key is not base64; entry 2 is not id:base64'],
  ])('refuses %p', (keys, fault) => {
    expect(() => createVault(keys)).toThrow(fault);
  });

  test('is never repeated in a message, also when key and id are mixed up', () => {
    const key = newKey();
    for (const keys of [key, `${key}:k1`, `k1:${key.slice(1)}`]) {
      expect(() => createVault(keys)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(key.slice(1, 9)) }),
      );
    }
  });
});

describe('a rotation', () => {
  const next = newKey();
  const both = createVault(`k2:${next},k1:${oldKey}`);
  const alone = createVault(`k2:${next}`);

  test('puts a text under the current key, in its place and for its tenant only, and a current one stays as it is', () => {
    fc.assert(
      fc.property(place, fc.string({ unit: 'binary', maxLength: 200 }), (at, plain) => {
        const sealed = vault.seal(at, plain);
        const moved = both.rewrap(at.tenant, sealed);
        expect([keyIdOf(sealed), keyIdOf(moved)]).toEqual(['k1', 'k2']);
        expect(alone.open(at, moved)).toBe(plain);
        expect(both.rewrap(at.tenant, moved)).toBe(moved);
        expect(() => alone.open({ ...at, field: `${at.field}x` }, moved)).toThrow();
        expect(() => both.rewrap(`${at.tenant}x`, sealed)).toThrow();
      }),
    );
  });

  test('leaves texts that shared a data key sharing one', () => {
    const [a, b] = ['a', 'b'].map((plain) => both.rewrap(here.tenant, vault.seal(here, plain)));
    expect(a?.split('.')[2]).toBe(b?.split('.')[2]);
  });

  test('knows a sealed text from any other', () => {
    const sealed = vault.seal(here, '');
    expect(keyIdOf(sealed)).toBe('k1');
    for (const other of ['', 'v1.k1.a.b.c', `x${sealed}`, sealed.replace('v1', 'v2'), 'eyJhbGciOiJ9.eyJzdWIi.sig'])
      expect(keyIdOf(other)).toBeNull();
  });
});
