import type { AppError } from '@crossdock/kernel';
import type { Family } from '../family.ts';

/** The document's bodies to the letter; every other refusal follows their form. */
const DOCUMENTED: Record<string, { message: string; error: string }> = {
  TOKEN_INVALID: { message: '未授权访问', error: 'token_invalid' },
  FORBIDDEN: { message: '没有权限访问该资源', error: 'forbidden' },
  NOT_FOUND: {
    message: '资源不存在',
    error:
      '404 Not Found: The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.',
  },
  INTERNAL: { message: '服务器内部错误', error: 'internal_server_error' },
};

const codeFor = ({ kind, code }: AppError): string =>
  kind === 'not_found' ? 'NOT_FOUND' : kind === 'internal' ? 'INTERNAL' : code;

export const shopsFamily: Family = {
  name: 'shops',
  prefix: '/api',
  audience: 'shops',
  refusal(error, status) {
    if (status === 422)
      return { success: false, message: '请求参数错误', errors: error.details ?? { body: [error.message] } };
    const code = codeFor(error);
    return { success: false, ...(DOCUMENTED[code] ?? { message: error.message, error: code.toLowerCase() }) };
  },
};
