/** `amount` with the currency's decimals (`59.00`), `minor` the same in its smallest unit (`5900`). */
export interface Money {
  amount: string;
  currency: string;
  minor: string;
}

/** Up to 99,999,999.99: a higher price is a mistake of somebody. */
const YUAN = /^(\d{1,8})(?:\.(\d{1,2})0*)?$/;

/** A price in yuan, with or without decimals; null when it is none (negative, no number, parts of a cent, absurdly high). */
export function yuan(text: string): Money | null {
  const match = YUAN.exec(text);
  if (match === null) return null;
  const whole = match[1]!.replace(/^0+(?=\d)/, '');
  const cents = (match[2] ?? '').padEnd(2, '0');
  return { amount: `${whole}.${cents}`, currency: 'CNY', minor: (whole + cents).replace(/^0+(?=\d)/, '') };
}
