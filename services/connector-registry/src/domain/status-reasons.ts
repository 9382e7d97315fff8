import type { FailureClass } from '@crossdock/kernel';

interface Reason {
  zh: string;
  en: string;
  /** Who must act: the merchant, the platform's people, or nobody because it passes. */
  who: 'merchant' | 'platform' | 'nobody';
  /** The call that fixes it, as a part of the connector's address; null when waiting does. */
  action: 'authorize' | 'update_config' | 'resume' | null;
}

/** Why a connector is not simply well: the codes of `status_reason`. */
export const STATUS_REASONS = {
  auth_revoked: {
    zh: '授权已被平台撤销，请重新授权',
    en: 'The platform revoked the authorisation; authorise again',
    who: 'merchant',
    action: 'authorize',
  },
  auth_expired: {
    zh: '授权已过期且无法自动续期，请重新授权',
    en: 'The authorisation expired and cannot be renewed; authorise again',
    who: 'merchant',
    action: 'authorize',
  },
  reauthorization_required: {
    zh: '应用凭证已更改，请重新授权',
    en: 'The app credentials changed; authorise again',
    who: 'merchant',
    action: 'authorize',
  },
  app_credentials_refused: {
    zh: '平台拒绝了应用凭证，请检查应用 ID 与密钥',
    en: 'The platform refused the app credentials; check app id and secret',
    who: 'merchant',
    action: 'update_config',
  },
  permission_missing: {
    zh: '应用缺少所需的接口权限，请在平台申请后重新授权',
    en: 'The app lacks a permission; apply for it on the platform and authorise again',
    who: 'merchant',
    action: 'authorize',
  },
  ip_not_allowed: {
    zh: '平台未放行本服务的 IP，请在平台后台加入白名单',
    en: "The platform does not allow this service's address; add it to the app's allow list",
    who: 'merchant',
    action: null,
  },
  shop_closed: {
    zh: '店铺已关闭或被冻结，恢复后将自动继续',
    en: 'The shop is closed or frozen; syncing goes on by itself once it is open',
    who: 'merchant',
    action: null,
  },
  shop_expired: {
    zh: '店铺或应用订购已到期，请续订',
    en: 'The subscription of the shop or the app ended; renew it',
    who: 'merchant',
    action: null,
  },
  rate_limited: {
    zh: '平台限流中，稍后自动继续',
    en: 'The platform limits calls; syncing goes on by itself',
    who: 'nobody',
    action: null,
  },
  platform_unavailable: {
    zh: '平台暂时不可用，稍后自动重试',
    en: 'The platform does not answer; it is tried again by itself',
    who: 'platform',
    action: null,
  },
  paused: {
    zh: '已手动暂停',
    en: 'Paused by a user',
    who: 'merchant',
    action: 'resume',
  },
  auto_paused: {
    zh: '连续失败次数过多，已自动暂停',
    en: 'Paused after too many failures in a row',
    who: 'merchant',
    action: 'resume',
  },
} as const satisfies Record<string, Reason>;

export type StatusReason = keyof typeof STATUS_REASONS;

/** An error with one of these lost the shop; with another the connection is there but does not work. */
const DISCONNECTING: readonly StatusReason[] = ['auth_revoked', 'auth_expired'];

export const disconnects = (reason: StatusReason): boolean => DISCONNECTING.includes(reason);

/** What a definite refusal of a credential, by failure class, puts the connector's error down to. */
export const REFUSAL_REASONS: Partial<Record<FailureClass, StatusReason>> = {
  AUTH_REVOKED: 'auth_revoked',
  AUTH_EXPIRED: 'auth_expired',
  CONFIG: 'app_credentials_refused',
};
