import { createPlatforms } from '@crossdock/platforms';
import { afterAll, expect, test } from '@jest/globals';
import { Faults } from '../domain/connector-fields.ts';
import { checkConfigChange, checkNewConfig, shownConfig } from './connector-config.ts';

const platforms = createPlatforms({ taobao: { authUrl: 'http://auth.test', apiUrl: 'http://api.test' } });
const tmall = platforms.get('tmall')!;
const stored = { app_key: 'your_app_key', app_secret: 'your_app_secret', shop_id: 'shop_123456' };

afterAll(() => platforms.close());

function detailsOf(check: (faults: Faults) => unknown): Record<string, string[]> {
  const faults = new Faults();
  check(faults);
  try {
    faults.throwIfAny();
    return {};
  } catch (err) {
    return (err as { details: Record<string, string[]> }).details;
  }
}

const changeOf = (given: Record<string, unknown>) => checkConfigChange(tmall, stored, given, new Faults());
const faultsOf = (given: Record<string, unknown>) =>
  Object.keys(detailsOf((faults) => checkConfigChange(tmall, stored, given, faults)));

test('a new config is complete, of texts, without masks and unknown fields', () => {
  expect(detailsOf((faults) => checkNewConfig(tmall, stored, faults))).toEqual({});
  const wrong = { app_key: 'your_***_key', app_secret: 7, extra: 'x' };
  expect(Object.keys(detailsOf((faults) => checkNewConfig(tmall, wrong, faults))).toSorted()).toEqual([
    'config.app_key',
    'config.app_secret',
    'config.extra',
    'config.shop_id',
  ]);
});

test('what is shown has no secret, the identifier masked and the shop whole', () => {
  expect(shownConfig(tmall.configFields, stored)).toEqual({ app_key: 'your_***_key', shop_id: 'shop_123456' });
});

test('what is shown, sent back, changes nothing; nor does the same value', () => {
  expect(changeOf({ ...shownConfig(tmall.configFields, stored), app_secret: '***' })).toEqual({});
  expect(changeOf(stored)).toEqual({});
});

test('only the given fields that differ change', () => {
  expect(changeOf({ app_secret: 'new-secret' })).toEqual({ app_secret: 'new-secret' });
  expect(changeOf({ app_key: 'new_app_key' })).toEqual({ app_key: 'new_app_key' });
});

test('another shop, a foreign mask, a wrong type and an unknown field are refused by name', () => {
  expect(faultsOf({ shop_id: 'shop_2' })).toEqual(['config.shop_id']);
  expect(faultsOf({ app_key: 'other***_key' })).toEqual(['config.app_key']);
  expect(faultsOf({ app_key: 5 })).toEqual(['config.app_key']);
  expect(faultsOf({ toString: 'x' })).toEqual(['config.toString']);
});

test('a masked secret does not go over to another app key', () => {
  expect(faultsOf({ app_key: 'new_app_key', app_secret: '***' })).toEqual(['config.app_secret']);
});

test('a mask keeps nothing where no secret is stored', () => {
  const { app_secret: _secret, ...without } = stored;
  expect(Object.keys(detailsOf((faults) => checkConfigChange(tmall, without, { app_secret: '***' }, faults)))).toEqual([
    'config.app_secret',
  ]);
});

test.each([
  ['missing', { app_key: undefined }],
  ['of a wrong type', { app_key: 5 }],
  ['null', { app_key: null }],
  ['an object', { app_key: { $gt: '' } }],
  ['empty', { app_key: '' }],
  ['blank', { app_key: '  ' }],
  ['with space around it', { app_key: ' key' }],
  ['too long', { app_key: 'k'.repeat(4_001) }],
  ['with a control character', { app_key: 'a\u0000b' }],
  ['a mask', { app_key: 'your_***_key' }],
  ['a mask that somebody edited', { app_key: 'your***key' }],
  ['all mask', { app_key: '***' }],
])('a field that is %s is refused by its name, at create and at change', (what, changes) => {
  const given = Object.fromEntries(
    Object.entries({ ...stored, ...changes }).filter(([, value]) => value !== undefined),
  );
  expect(Object.keys(detailsOf((faults) => checkNewConfig(tmall, given, faults)))).toEqual(['config.app_key']);
  const other = { ...stored, app_key: 'another_key' };
  const refused = Object.keys(detailsOf((faults) => checkConfigChange(tmall, other, given, faults)));
  expect(refused).toEqual(what === 'missing' ? [] : ['config.app_key']);
});
