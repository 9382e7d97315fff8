import { expect, test } from '@jest/globals';
import { terminalScreen } from './screen.ts';

function output(isTTY: boolean): { out: NodeJS.WriteStream; written: () => string } {
  let written = '';
  const out = { isTTY, write: (text: string) => void (written += text) } as unknown as NodeJS.WriteStream;
  return { out, written: () => written };
}

test('on a terminal a line goes above the status, which is drawn again', () => {
  const { out, written } = output(true);
  const screen = terminalScreen(out);
  screen.status('50 %');
  screen.line('gateway ended');
  screen.status(null);
  expect(written()).toBe('50 %\r\u001B[2Kgateway ended\n50 %\r\u001B[2K');
});

test('without a terminal the status is a line now and then', () => {
  const { out, written } = output(false);
  const screen = terminalScreen(out);
  screen.status('1 %');
  screen.status('2 %');
  screen.status(null);
  expect(written()).toBe('1 %\n');
});
