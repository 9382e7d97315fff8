import type { FailureClass } from '@crossdock/kernel';
import { endsCredential, type StatusReason } from './status-reasons.ts';

/** What a failure class comes down to when its code says no more; null: the call was refused for its own sake. */
const BY_CLASS: Record<FailureClass, StatusReason | null> = {
  AUTH_EXPIRED: 'token_refused',
  AUTH_REVOKED: 'auth_revoked',
  CONFIG: 'app_credentials_refused',
  FORBIDDEN: 'permission_missing',
  RATE_LIMITED: 'rate_limited',
  RETRYABLE: 'platform_unavailable',
  SHOP_CLOSED: 'shop_closed',
  SHRINK_WINDOW: null,
  PERMANENT: null,
};

/** The beginning of an adapter's error code (`25`, `11/isv.permission-api-package-limit`), of one platform's gateway or of any. */
interface Entry {
  code: string;
  reason: StatusReason;
}

const entries = (reason: StatusReason, ...codes: string[]): Entry[] => codes.map((code) => ({ code, reason }));

const ANY: Entry[] = [
  ...entries('platform_unreadable', 'MALFORMED'),
  ...entries('app_suspended', 'unauthorized_client'),
  ...entries('shop_expired', 'HTTP_402'),
  ...entries('shop_locked', 'HTTP_423'),
];

const TAOBAO: Entry[] = [
  ...entries('signature_refused', '24', '25'),
  ...entries('app_unknown', '28', '29'),
  ...entries('clock_skew', '30', '31'),
  ...entries('account_permission_missing', '12'),
  ...entries('app_forbidden', '42'),
  ...entries('api_package_spent', '11/isv.permission-api-package-limit'),
];

/** The same number means other things on other platforms (`platform-protocols`: errors of each). */
const BY_PLATFORM: Record<string, Entry[]> = {
  taobao: TAOBAO,
  tmall: TAOBAO,
  jd: [
    ...entries('signature_refused', '11', '12'),
    ...entries('app_unknown', '20', '21'),
    ...entries('clock_skew', '7', '8'),
  ],
  douyin: [
    ...entries('ip_not_allowed', '30002'),
    ...entries('app_forbidden', '30001/dop.app-forbidden', '50001/dop.token-generate-failed:app-forbidden'),
    ...entries('security_blocked', '80000'),
    ...entries('signature_refused', '40003/isv.signature', '40001/isv.signature'),
    ...entries('app_unknown', '40003/isv.app-id-invalid', '40001/isv.app-id-missing'),
    ...entries('app_suspended', '40003/isv.app-id-expired'),
    ...entries('clock_skew', '40003/isv.timestamp'),
  ],
  pdd: [
    ...entries('signature_refused', '20004'),
    ...entries('ip_not_allowed', '20005'),
    ...entries('app_unknown', '10010', '10016'),
    ...entries('daily_quota_spent', '70036'),
    ...entries('platform_maintenance', '52103', '70033'),
  ],
};

/** What a refusal says about the connector, or null when it says nothing: the longest code that fits wins over the class. */
export function reasonOf(platform: string, failure: string, code: string): StatusReason | null {
  const general = BY_CLASS[failure as FailureClass] ?? null;
  if (general === null || general === 'auth_revoked') return general;
  const fitting = [...ANY, ...(BY_PLATFORM[platform] ?? [])].filter((entry) => fits(code, entry.code));
  return fitting.toSorted((a, b) => b.code.length - a.code.length)[0]?.reason ?? general;
}

/** Why a refusal to renew it is the end of a credential, or null when it is not. */
export function endOf(platform: string, failure: string, code: string): StatusReason | null {
  if (failure === 'AUTH_EXPIRED') return 'auth_expired';
  const reason = reasonOf(platform, failure, code);
  return reason !== null && endsCredential(reason) ? reason : null;
}

/** A beginning that ends within a number is another number. */
const fits = (code: string, start: string): boolean =>
  code.startsWith(start) && !(/\d$/.test(start) && /^\d/.test(code.slice(start.length)));
