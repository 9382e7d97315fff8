import { AppError, type FieldErrors } from '@crossdock/kernel';

const NAME_LIMIT = 200;
const TEXT_LIMIT = 4_000;
const MAX_INTERVAL_MINUTES = 43_200;

/** Reasons by field; thrown all at once. */
export class Faults {
  readonly #details: FieldErrors = {};

  add(field: string, reason: string | null): void {
    if (reason !== null) (this.#details[field] ??= []).push(reason);
  }

  throwIfAny(): void {
    if (Object.keys(this.#details).length > 0)
      throw new AppError('invalid', 'VALIDATION', '参数校验失败', { details: this.#details });
  }
}

export function nameFault(name: string): string | null {
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(name)) return '不能为空';
  if ([...name].length > NAME_LIMIT) return `不能超过 ${NAME_LIMIT} 个字符`;
  return hasControlCharacter(name) ? '不能包含控制字符' : null;
}

export function intervalFault(minutes: number, minimum: number): string | null {
  if (minutes < minimum) return `不能小于该平台的最小同步间隔 ${minimum} 分钟`;
  return minutes > MAX_INTERVAL_MINUTES ? `不能大于 ${MAX_INTERVAL_MINUTES} 分钟` : null;
}

/** What is wrong with a text that goes to the platform as it is. */
export function configTextFault(text: unknown): string | null {
  if (typeof text !== 'string') return '必须是字符串';
  if (text.trim() === '') return '不能为空';
  if (text.trim() !== text) return '首尾不能有空白';
  if (text.length > TEXT_LIMIT) return `不能超过 ${TEXT_LIMIT} 个字符`;
  return hasControlCharacter(text) ? '不能包含控制字符' : null;
}

const hasControlCharacter = (text: string): boolean => /\p{Cc}/u.test(text);
