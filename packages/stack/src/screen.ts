/** Lines, and below them one status that changes in place; without a terminal the status is a line every second. */
export interface Screen {
  line(text?: string): void;
  /** Null takes the status away. */
  status(text: string | null): void;
}

const EVERY_MS = 1_000;
const CLEAR = '\r\u001B[2K';

export function terminalScreen(out: NodeJS.WriteStream): Screen {
  let shown: string | null = null;
  let toldAt = 0;
  if (!out.isTTY) {
    return {
      line: (text = '') => void out.write(`${text}\n`),
      status(text) {
        if (text === null || Date.now() - toldAt < EVERY_MS) return;
        toldAt = Date.now();
        out.write(`${text}\n`);
      },
    };
  }
  return {
    line(text = '') {
      out.write(`${shown === null ? '' : CLEAR}${text}\n${shown ?? ''}`);
    },
    status(text) {
      out.write(`${shown === null ? '' : CLEAR}${text ?? ''}`);
      shown = text;
    },
  };
}
