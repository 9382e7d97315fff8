import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Where a service is to die (or, with SIGSTOP, to stand still): at its n-th passing of a failpoint from now on. */
export interface Order {
  id: string;
  point: string;
  hit: number;
  signal: 'SIGKILL' | 'SIGSTOP';
}

export interface Death extends Order {
  pid: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** The orders to one service and what became of them, in files: they outlive its processes. */
export function ordersIn(file: string) {
  const deathsFile = `${file}.deaths`;
  return {
    file,

    give: (order: Order): void => writeFileSync(file, JSON.stringify(order)),

    pending(): Order | null {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as Order;
      } catch {
        // None, or one that is just being written.
        return null;
      }
    },

    /** Obeyed: the next process is not to die of it again. */
    obeyed(order: Order): void {
      rmSync(file, { force: true });
      appendFileSync(deathsFile, `${JSON.stringify({ ...order, pid: process.pid, at: Date.now() } satisfies Death)}\n`);
    },

    deathOf(id: string): Death | null {
      if (!existsSync(deathsFile)) return null;
      const deaths = readFileSync(deathsFile, 'utf8').trimEnd().split('\n');
      return deaths.map((line) => JSON.parse(line) as Death).find((death) => death.id === id) ?? null;
    },
  };
}

export type Orders = ReturnType<typeof ordersIn>;
