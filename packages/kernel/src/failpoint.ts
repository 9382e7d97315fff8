type Handler = (name: string) => void | Promise<void>;

let handler: Handler | undefined;

/**
 * A named place between two durable writes. Does nothing unless a test armed it in this very process:
 * no variable, file or message reaches it, so production cannot.
 */
export const failpoint = (name: string): void | Promise<void> => handler?.(name);

/** Calls `react` at every failpoint of this process from now on; undefined disarms. For crash tests alone. */
export function armFailpoints(react: Handler | undefined): void {
  handler = react;
}
