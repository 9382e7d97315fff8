import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** A failpoint, and how many that pass it from its n-th passing on are to stand there. */
export interface Stand {
  point: string;
  hit: number;
  count: number;
}

/** Where a service is to die (or, with SIGSTOP, to stand still): who comes to one of these points waits there until the others came too. */
export interface Order {
  id: string;
  /** The first one decides how long the others are waited for. */
  stands: Stand[];
  signal: 'SIGKILL' | 'SIGSTOP';
}

export interface Death {
  id: string;
  pid: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** How many stood at each point. */
  stood: Record<string, number>;
}

/** The orders to one service and what became of them, in files: they outlive its processes. */
export function ordersIn(file: string) {
  const deathsFile = `${file}.deaths`;
  return {
    file,

    give: (order: Order): void => writeFileSync(file, JSON.stringify(order)),

    withdraw: (): void => rmSync(file, { force: true }),

    pending(): Order | null {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as Order;
      } catch {
        // None, or one that is just being written.
        return null;
      }
    },

    /** Obeyed: the next process is not to die of it again. */
    obeyed({ id }: Order, stood: Record<string, number>): void {
      rmSync(file, { force: true });
      const death: Death = { id, pid: process.pid, at: Date.now(), stood };
      appendFileSync(deathsFile, `${JSON.stringify(death)}\n`);
    },

    deathOf(id: string): Death | null {
      if (!existsSync(deathsFile)) return null;
      const deaths = readFileSync(deathsFile, 'utf8').trimEnd().split('\n');
      return deaths.map((line) => JSON.parse(line) as Death).find((death) => death.id === id) ?? null;
    },
  };
}

export type Orders = ReturnType<typeof ordersIn>;
