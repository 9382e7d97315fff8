const LONGEST = 253;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A full host name in lower case by RFC 1123 (an international one as `xn--`): two labels or more, and no address, whose last label is a number. */
export function isDomain(text: string): boolean {
  const labels = text.split('.');
  return (
    text.length <= LONGEST &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}
