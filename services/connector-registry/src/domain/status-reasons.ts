interface Reason {
  zh: string;
  en: string;
  /** Who must act: the merchant, whoever keeps the app on the platform, the platform itself, or nobody because it passes. */
  who: 'merchant' | 'developer' | 'platform' | 'nobody';
  /** The call that fixes it; null when it is done elsewhere, or waiting does. */
  action: 'authorize' | 'update_config' | 'resume' | null;
}

const reason = (who: Reason['who'], action: Reason['action'], zh: string, en: string): Reason => ({
  zh,
  en,
  who,
  action,
});

/** The credential is lost: the connector is an error until somebody authorises it again. */
const LOST = {
  auth_revoked: reason(
    'merchant',
    'authorize',
    '授权已被平台撤销，请重新授权',
    'The platform revoked the authorisation; authorise again',
  ),
  auth_expired: reason(
    'merchant',
    'authorize',
    '授权已过期且无法自动续期，请重新授权',
    'The authorisation expired and cannot be renewed; authorise again',
  ),
};

/** The platform does not take the app: an error when it shows while the credential is renewed, else a warning. */
const APP_REFUSED = {
  app_credentials_refused: reason(
    'merchant',
    'update_config',
    '平台拒绝了应用凭证，请检查应用 ID 与密钥',
    'The platform refused the app credentials; check app id and secret',
  ),
  app_unknown: reason(
    'merchant',
    'update_config',
    '平台不认识该应用 ID，请检查配置',
    'The platform does not know the app id; check the configuration',
  ),
  signature_refused: reason(
    'merchant',
    'update_config',
    '平台拒绝了签名，通常是应用密钥有误，请检查配置',
    'The platform refused the signature, mostly for a wrong app secret; check the configuration',
  ),
  app_suspended: reason(
    'developer',
    'authorize',
    '应用已过期或被平台停用，请在平台恢复后重新授权',
    'The app expired or was suspended; restore it on the platform, then authorise again',
  ),
};

/** The credential is a good one, but of no use here: an error when a health check finds it. */
const MISPLACED = {
  other_platform: reason(
    'merchant',
    null,
    '授权的店铺不属于该平台，请为其所属平台新建连接器',
    'The authorised shop is one of another platform; create a connector for that one',
  ),
};

/** The connector goes on, but somebody should know. */
const ADVICE = {
  ip_not_allowed: reason(
    'developer',
    null,
    '平台未放行本服务的 IP，请在平台后台加入白名单',
    "The platform does not allow this service's address; add it to the app's allow list",
  ),
  clock_skew: reason(
    'platform',
    null,
    '平台认为请求时间不正确，正在校准，稍后自动继续',
    'The platform calls the time of requests wrong; it is corrected by itself',
  ),
  token_refused: reason(
    'nobody',
    null,
    '平台不再接受当前令牌，正在自动续期',
    'The platform no longer takes the token; it is being renewed',
  ),
  permission_missing: reason(
    'developer',
    'authorize',
    '应用缺少所需的接口权限，请在平台申请后重新授权',
    'The app lacks a permission; apply for it on the platform and authorise again',
  ),
  account_permission_missing: reason(
    'merchant',
    'authorize',
    '授权账号没有所需权限，请用主账号重新授权',
    'The authorised account lacks a permission; authorise again with the main account',
  ),
  app_forbidden: reason(
    'developer',
    null,
    '平台禁止该应用调用接口，请在平台查看应用状态',
    'The platform forbids the app this call; look at the state of the app there',
  ),
  api_package_spent: reason(
    'developer',
    null,
    '接口包额度已用完，请在平台续订',
    'The plan of the API is used up; renew it on the platform',
  ),
  security_blocked: reason(
    'developer',
    null,
    '请求被平台安全策略拦截，请在平台查看风控提示',
    "The platform's security rules block the calls; look at its notices",
  ),
  shop_closed: reason(
    'merchant',
    null,
    '店铺已关闭或被冻结，恢复后将自动继续',
    'The shop is closed or frozen; syncing goes on by itself once it is open',
  ),
  shop_expired: reason(
    'merchant',
    null,
    '店铺或应用订购已到期，续订后将自动继续',
    'The subscription of the shop or the app ended; syncing goes on by itself once it is renewed',
  ),
  shop_locked: reason(
    'merchant',
    null,
    '店铺已被平台锁定，解除后将自动继续',
    'The platform locked the shop; syncing goes on by itself once it is unlocked',
  ),
  rate_limited: reason(
    'nobody',
    null,
    '平台限流中，稍后自动继续',
    'The platform limits calls; syncing goes on by itself',
  ),
  daily_quota_spent: reason(
    'developer',
    null,
    '应用当日调用额度已用完，次日自动继续，或在平台提升额度',
    "The app's calls of the day are used up; syncing goes on tomorrow, or with a larger quota",
  ),
  platform_unavailable: reason(
    'platform',
    null,
    '平台暂时不可用，稍后自动重试',
    'The platform does not answer; it is tried again by itself',
  ),
  platform_maintenance: reason(
    'platform',
    null,
    '平台维护中，稍后自动重试',
    'The platform is under maintenance; it is tried again by itself',
  ),
  platform_unreadable: reason(
    'platform',
    null,
    '平台返回了无法识别的数据，稍后自动重试',
    'The platform answers what cannot be read; it is tried again by itself',
  ),
  platform_slow: reason(
    'platform',
    null,
    '平台响应缓慢，同步可能延迟',
    'The platform answers slowly; syncs may take longer',
  ),
  auth_refresh_failing: reason(
    'nobody',
    null,
    '授权自动续期暂未成功，正在重试',
    'The authorisation could not be renewed yet; it is tried again',
  ),
  auth_expiring: reason(
    'merchant',
    'authorize',
    '授权将在 24 小时内到期且无法自动续期，请重新授权',
    'The authorisation ends within 24 hours and cannot be renewed; authorise again',
  ),
  failing: reason(
    'merchant',
    null,
    '同步已多次失败，若持续失败将自动暂停，请查看最近的同步任务',
    'Syncs failed several times and will be paused if that goes on; look at the last tasks',
  ),
};

/** No sync runs until somebody acts. */
const HELD = {
  reauthorization_required: reason(
    'merchant',
    'authorize',
    '应用凭证已更改，请重新授权',
    'The app credentials changed; authorise again',
  ),
  paused: reason('merchant', 'resume', '已手动暂停', 'Paused by a user'),
  auto_paused: reason(
    'merchant',
    'resume',
    '连续失败次数过多，已自动暂停，请排查后恢复',
    'Paused after too many failures in a row; look into them, then resume',
  ),
};

/** Why a connector is not simply well: the codes of `status_reason`. */
export const STATUS_REASONS = { ...LOST, ...APP_REFUSED, ...MISPLACED, ...ADVICE, ...HELD };

export type StatusReason = keyof typeof STATUS_REASONS;

/** An error with one of these lost the shop; with another the connection is there but does not work. */
export const disconnects = (code: StatusReason): boolean => code in LOST;

/** Whether a refusal with this reason, while the credential is renewed, is the credential's end. */
export const endsCredential = (code: StatusReason): boolean => code in LOST || code in APP_REFUSED;
