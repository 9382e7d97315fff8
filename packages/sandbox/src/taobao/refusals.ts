/** One row of the platform's error table (platform-protocols.md §3.9); a number of it is unique to this platform. */
export interface Refusal {
  code: number;
  msg: string;
  sub_code?: string;
  sub_msg?: string;
}

/** Thrown by whatever part of a call finds the fault; the router answers it in the platform's envelope. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.msg);
    this.refusal = refusal;
  }
}

export const missingArgument = (name: string): Refusal => ({
  code: 40,
  msg: `Missing required arguments:${name}`,
  sub_code: `isv.missing-parameter:${name}`,
  sub_msg: `缺少必选参数 ${name}`,
});

export const invalidArgument = (name: string, why: string): Refusal => ({
  code: 41,
  msg: `Invalid arguments:${name}`,
  sub_code: 'isv.invalid-parameter',
  sub_msg: `参数 ${name} 无效：${why}`,
});

export const limited = (seconds: number): Refusal => ({
  code: 7,
  msg: 'App Call Limited',
  sub_code: 'accesscontrol.limited-by-app-access-count',
  sub_msg: `This ban will last for ${seconds} more seconds`,
});

const remote = (sub_code: string, sub_msg: string): Refusal => ({
  code: 15,
  msg: 'Remote service error',
  sub_code,
  sub_msg,
});

export const REFUSALS = {
  httpMethod: { code: 9, msg: 'Http action not allowed', sub_msg: 'POST only' },
  unavailable: { code: 10, msg: 'Service currently unavailable' },
  methodMissing: { code: 21, msg: 'Missing method' },
  methodInvalid: { code: 22, msg: 'Invalid method' },
  formatInvalid: { code: 23, msg: 'Invalid format', sub_msg: 'format 默认为 xml，仅支持 json' },
  signMissing: { code: 24, msg: 'Missing signature' },
  signInvalid: { code: 25, msg: 'Invalid signature', sub_msg: '签名无效' },
  sessionMissing: { code: 26, msg: 'Missing session' },
  sessionUnknown: { code: 27, msg: 'Invalid session', sub_code: 'invalid-sessionkey', sub_msg: 'SessionKey非法' },
  sessionExpired: { code: 27, msg: 'Invalid session', sub_code: 'session-expired', sub_msg: 'SessionKey已过期' },
  sessionRevoked: { code: 27, msg: 'Invalid session', sub_code: 'session-revoked', sub_msg: '商家已取消授权' },
  appKeyMissing: { code: 28, msg: 'Missing app key' },
  appKeyInvalid: { code: 29, msg: 'Invalid app Key', sub_code: 'isv.appkey-not-exists' },
  timestampMissing: { code: 30, msg: 'Missing timestamp' },
  timestampInvalid: { code: 31, msg: 'Invalid timestamp', sub_msg: '时间戳与服务器时间相差超过10分钟或格式有误' },
  versionMissing: { code: 32, msg: 'Missing version' },
  versionInvalid: { code: 33, msg: 'Invalid version' },
  itemUnknown: remote('isv.item-get-service-error:ITEM_NOT_FOUND', '商品不存在'),
  skuUnknown: remote('isv.sku-not-exist', 'SKU 不存在'),
  tradeUnknown: remote('isv.trade-not-exist', '交易订单不存在'),
  refreshInvalid: remote('isv.refresh-token-invalid', 'refresh token 无效或已使用'),
  /** No public source names a closed shop's refusal: this row is ours, and the one place to correct it. */
  shopClosed: remote('isv.shop-closed', '店铺已关闭或被冻结'),
} satisfies Record<string, Refusal>;
