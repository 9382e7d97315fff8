import { AppError, type FieldErrors } from '@crossdock/kernel';

const LONGEST_NAME = 200;
const LONGEST_SECRET = 4_000;

/** Refuses what cannot be a credential before anything is looked up or hashed. */
export function checkLogin(username: string, password: string): void {
  refuse({
    username: textFaults(username.trim(), LONGEST_NAME, '用户名'),
    password: textFaults(password, LONGEST_SECRET, '密码'),
  });
}

export function checkClient(clientId: string, clientSecret: string): void {
  refuse({
    client_id: textFaults(clientId, LONGEST_NAME, 'client_id '),
    client_secret: textFaults(clientSecret, LONGEST_SECRET, 'client_secret '),
  });
}

function textFaults(text: string, longest: number, name: string): string[] {
  if (text === '') return [`${name}不能为空`];
  return text.length > longest ? [`${name}不能超过${longest}个字符`] : [];
}

function refuse(faults: FieldErrors): void {
  const details = Object.fromEntries(Object.entries(faults).filter(([, reasons]) => reasons.length > 0));
  if (Object.keys(details).length > 0) throw new AppError('invalid', 'VALIDATION', '参数校验失败', { details });
}

/** The same for an unknown name and a wrong password: nobody learns which names exist. */
export const wrongLogin = () => new AppError('unauthenticated', 'INVALID_CREDENTIALS', '用户名或密码错误');

export const wrongClient = () => new AppError('unauthenticated', 'INVALID_CLIENT', '客户端凭证无效');

export const tooManyFailures = (retryAfterMs: number) =>
  new AppError('too_many', 'LOGIN_FAILURES', '失败次数过多，请稍后再试', { retryAfterMs });
