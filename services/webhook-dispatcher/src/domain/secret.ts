import { randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const BYTES = 32;
const MAX_LENGTH = 256;
/** A key of fewer bytes can be guessed; its hint shows nothing of it. */
const STRONG_FROM = 16;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** With those that a rotation keeps for a while. */
export const MAX_LIVE_SECRETS = 5;
export const LONGEST_OVERLAP_SECONDS = 7 * 86_400;

/** A secret that still signs, sealed. */
export interface OlderSecret {
  secret: string;
  until: Date;
}

/** Standard Webhooks' form of 32 random bytes. */
export const newWebhookSecret = (): string => PREFIX + randomBytes(BYTES).toString('base64');

/** Why a partner's own secret cannot be taken, or null. */
export function secretFault(secret: string): string | null {
  if (secret.trim() === '') return '密钥不能为空';
  if (secret.length > MAX_LENGTH) return `密钥不能超过 ${MAX_LENGTH} 个字符`;
  if (!secret.isWellFormed()) return '密钥包含无效字符';
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : null;
  if (encoded !== null && (encoded === '' || !BASE64.test(encoded))) return `以 ${PREFIX} 开头的密钥后面必须是 Base64`;
  return null;
}

export const hintOf = (secret: string): string => `***${secret.length < STRONG_FROM ? '' : secret.slice(-4)}`;

/** The key of the Standard Webhooks signature: the decoded part after `whsec_`, else the secret's own bytes. */
export const signingKey = (secret: string): Buffer =>
  secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret);

export const isWeak = (secret: string): boolean => signingKey(secret).length < STRONG_FROM;

/** Those that still sign at a time. */
export const liveSecrets = (older: readonly OlderSecret[], now: Date): OlderSecret[] =>
  older.filter(({ until }) => until > now);
