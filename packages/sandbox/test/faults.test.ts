import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startWithClient } from './seller.ts';

let box: Awaited<ReturnType<typeof startWithClient>>;
let session: string;

beforeEach(async () => {
  box = await startWithClient();
  await box.control.putShop('tmall', '5001', { products: 50 });
  session = await box.session('5001');
});
afterEach(() => box.stop());

const page = () => box.call('taobao.items.onsale.get', session, { fields: 'num_iid,price', page_size: '5' });
const outcomes = async () =>
  (await box.control.requests({ match: 'items.onsale.get' })).map((item) => [item.status, item.outcome]);

test('a fault lets `after` matching calls through, meets `times` of them, and no others', async () => {
  await box.control.addFault({
    platform: 'tmall',
    kind: 'status',
    match: 'items.onsale.get',
    value: 502,
    after: 1,
    times: 2,
  });
  expect(await box.call('taobao.user.seller.get', session, { fields: 'nick' })).toContain('nick');
  for (let n = 0; n < 4; n += 1) await page();
  expect(await outcomes()).toEqual([
    [200, 'ok'],
    [502, 'fault'],
    [502, 'fault'],
    [200, 'ok'],
  ]);
});

test('rate_limited comes in the form of the platform, with its hint', async () => {
  await box.control.addFault({ platform: 'tmall', kind: 'rate_limited', value: 7 });
  expect(await page()).toContain(
    '"code":7,"msg":"App Call Limited","sub_code":"accesscontrol.limited-by-app-access-count","sub_msg":"This ban will last for 7 more seconds"',
  );
  expect(await outcomes()).toEqual([[200, 'rate_limited']]);
});

test('latency answers late', async () => {
  await box.control.addFault({ platform: 'tmall', kind: 'latency', value: 150 });
  const start = performance.now();
  expect(await page()).toContain('total_results');
  expect(performance.now() - start).toBeGreaterThan(140);
});

test.each(['reset', 'drop_after_commit'] as const)('%s cuts the connection', async (kind) => {
  await box.control.addFault({ platform: 'tmall', kind, match: 'items.onsale.get' });
  await expect(page()).rejects.toThrow('fetch failed');
  expect(await outcomes()).toEqual([[null, 'fault']]);
});

test('a refresh whose answer was dropped has still used its token up', async () => {
  const { refresh_token } = await box.exchange(await box.code('5001'));
  await box.control.addFault({ platform: 'tmall', kind: 'drop_after_commit', match: 'grant_type=refresh_token' });
  await expect(box.refresh(refresh_token)).rejects.toThrow('fetch failed');
  expect((await box.refresh(refresh_token)).error).toBe('invalid_grant');
});

test('timeout never answers, and does not keep the sandbox from stopping', async () => {
  await box.control.addFault({ platform: 'tmall', kind: 'timeout' });
  const waiting = page();
  waiting.catch(() => undefined);
  await expect(Promise.race([waiting, page().then(() => 'the next one is answered')])).resolves.toBe(
    'the next one is answered',
  );
  await box.stop();
  await expect(waiting).rejects.toThrow('fetch failed');
});

test('malformed answers half a body', async () => {
  await box.control.addFault({ platform: 'tmall', kind: 'malformed' });
  const body = await page();
  expect(() => JSON.parse(body) as unknown).toThrow(SyntaxError);
});

test('token_expired ends the access token once; its refresh token lives', async () => {
  const token = await box.exchange(await box.code('5001'));
  await box.control.addFault({ platform: 'tmall', kind: 'token_expired' });
  const call = (access: string) => box.call('taobao.user.seller.get', access, { fields: 'nick' });
  expect(await call(token.access_token)).toContain('session-expired');
  expect(await call(token.access_token)).toContain('session-expired');
  const next = await box.refresh(token.refresh_token);
  expect(await call(next.access_token)).toContain('"nick"');
});

test('a poisoned row keeps its id and has one bad field, until the fault is deleted', async () => {
  const [id] = (await box.control.truthItems('tmall', '5001')).items.map((item) => item.id);
  const price = () => box.call('taobao.item.seller.get', session, { fields: 'num_iid,price', num_iid: id ?? '' });
  const before = /"price":"([^"]*)"/.exec(await price())?.[1];
  await box.control.addFault({ platform: 'tmall', kind: 'poison_row', value: id ?? '' });
  expect(await price()).toContain(`"num_iid":${id},"price":"面议"`);
  expect(await box.control.clearFaults(id)).toEqual({ deleted: 1 });
  expect(await price()).toContain(`"price":"${before}"`);
});

test('deleting faults by match leaves the others', async () => {
  await box.control.addFault({ platform: 'tmall', kind: 'status', value: 500, match: 'items.onsale.get' });
  await box.control.addFault({ platform: 'tmall', kind: 'status', value: 503, match: 'seller.get' });
  expect(await box.control.clearFaults('items.onsale.get')).toEqual({ deleted: 1 });
  expect(await page()).toContain('total_results');
  expect(await box.control.clearFaults()).toEqual({ deleted: 1 });
});

test('a slow shop answers after its latency', async () => {
  await box.control.putShop('tmall', '5001', { latency_ms: 120 });
  const start = performance.now();
  await page();
  expect(performance.now() - start).toBeGreaterThan(110);
});
