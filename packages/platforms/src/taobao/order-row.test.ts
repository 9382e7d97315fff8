import { describe, expect, test } from '@jest/globals';
import { parseLossless } from '../lossless.ts';
import type { JsonObject } from './answer.ts';
import { orderRow } from './order-row.ts';

const RAW =
  '{"tid":4012345678901234567,"tid_str":"4012345678901234567","status":"WAIT_SELLER_SEND_GOODS","payment":"113.00","total_fee":"118.00",' +
  '"created":"2026-01-15 09:58:00","pay_time":"2026-01-15 09:59:10","modified":"2026-01-15 10:01:00","receiver_name":"张*",' +
  '"receiver_mobile":"138****0000","receiver_state":"浙江省","receiver_city":"杭州市","receiver_district":"余杭区","receiver_address":"***",' +
  '"orders":{"order":[{"oid":4012345678901234568,"num_iid":712345678901234567,"sku_id":"5012345678901","title":"纯棉T恤","num":2,"price":"59.00",' +
  '"status":"WAIT_SELLER_SEND_GOODS","refund_status":"NO_REFUND"}]}}';

const read = (changes: JsonObject = {}) =>
  orderRow({ ...(parseLossless(Buffer.from(RAW)) as JsonObject), ...changes }, '4012345678901234567');
const withRefund = (refund: string, more: JsonObject = {}) =>
  read({ orders: { order: [{ num: 1, price: '1.00', refund_status: refund }] }, ...more }).fields.status;

describe('an order row', () => {
  test('is normalised field by field', () => {
    expect(read()).toEqual({
      externalId: '4012345678901234567',
      updatedAt: new Date('2026-01-15T02:01:00Z'),
      fields: {
        status: 'paid',
        platform_status: 'WAIT_SELLER_SEND_GOODS',
        total: { amount: '118.00', currency: 'CNY', minor: '11800' },
        paid: { amount: '113.00', currency: 'CNY', minor: '11300' },
        items: [
          {
            product_id: '712345678901234567',
            sku_id: '5012345678901',
            title: '纯棉T恤',
            quantity: 2,
            price: { amount: '59.00', currency: 'CNY', minor: '5900' },
          },
        ],
        created_at: '2026-01-15T01:58:00Z',
        paid_at: '2026-01-15T01:59:10Z',
        receiver: { name: '张*', phone: '138****0000', address: '浙江省杭州市余杭区***' },
      },
      hash: expect.stringMatching(/^[\w-]{22}$/),
      problem: null,
    });
  });

  test.each([
    ['TRADE_NO_CREATE_PAY', 'unpaid'],
    ['WAIT_BUYER_PAY', 'unpaid'],
    ['PAY_PENDING', 'unpaid'],
    ['WAIT_PRE_AUTH_CONFIRM', 'unpaid'],
    ['PAID_FORBID_CONSIGN', 'paid'],
    ['WAIT_SELLER_SEND_GOODS', 'paid'],
    ['SELLER_CONSIGNED_PART', 'paid'],
    ['WAIT_BUYER_CONFIRM_GOODS', 'shipped'],
    ['TRADE_BUYER_SIGNED', 'shipped'],
    ['TRADE_FINISHED', 'finished'],
    ['TRADE_CLOSED', 'closed'],
    ['TRADE_CLOSED_BY_TAOBAO', 'closed'],
  ])('that is %s is %s', (platform, status) => {
    expect(read({ status: platform }).fields).toMatchObject({ status, platform_status: platform });
  });

  test('is refunding while a refund of any part of it is under way', () => {
    expect(withRefund('WAIT_SELLER_AGREE')).toBe('refunding');
    expect(withRefund('SELLER_REFUSE_BUYER', { status: 'TRADE_FINISHED' })).toBe('refunding');
    expect(withRefund('SUCCESS')).toBe('paid');
    expect(withRefund('CLOSED')).toBe('paid');
    expect(withRefund('WAIT_SELLER_AGREE', { status: 'TRADE_CLOSED' })).toBe('closed');
  });

  test('that nobody paid has no paid amount', () => {
    expect(read({ status: 'WAIT_BUYER_PAY', pay_time: undefined }).fields).toMatchObject({ paid: null, paid_at: null });
  });

  test('may tell nothing of its receiver', () => {
    const nobody = Object.fromEntries(
      ['name', 'mobile', 'state', 'city', 'district', 'address'].map((part) => [`receiver_${part}`, '']),
    );
    expect(read(nobody)).toMatchObject({ fields: { receiver: null }, problem: null });
  });

  test.each<[string, unknown, string]>([
    ['status', 'NEW_WORD', 'status'],
    ['status', undefined, 'status'],
    ['total_fee', '-1.00', 'total'],
    ['total_fee', '99999999999.00', 'total'],
    ['payment', '', 'paid'],
    ['payment', {}, 'paid'],
    ['created', undefined, 'created_at'],
    ['pay_time', '2026-13-01 00:00:00', 'paid_at'],
    ['modified', undefined, 'source_updated_at'],
    ['receiver_name', 7, 'receiver.name'],
    ['currency', 'USD', 'currency'],
    ['orders', [], 'items'],
    ['orders', { order: [{ num: -1, price: '1.00' }] }, 'items.0.quantity'],
    ['orders', { order: [{ num: 1, price: 'free' }] }, 'items.0.price'],
    ['orders', { order: [{ num: 1, price: '1.00', num_iid: 'x' }] }, 'items.0.product_id'],
  ])('with %s %p keeps its id and names the field', (field, value, path) => {
    const row = read({ [field]: value });
    expect(row.externalId).toBe('4012345678901234567');
    expect(row.problem).toMatchObject({ field: path, message: expect.stringContaining(path) });
  });
});
