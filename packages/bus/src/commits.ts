import type { Logger } from '@crossdock/kernel';
import type { EachBatchPayload } from 'kafkajs';

/** What comes again after a kill. A commit for each fetch costs the broker as much as the fetch, and the next one waits for it. */
const EVERY_MS = 200;

/** Commits what was handled: of all partitions together, a moment later; from `close` on at once. */
export function createCommits(log: Logger) {
  let due: { payload: EachBatchPayload; timer: NodeJS.Timeout } | null = null;
  let closing = false;

  async function commit(payload: EachBatchPayload): Promise<void> {
    forget();
    try {
      await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets());
    } catch (err) {
      log.debug({ err }, 'what was handled could not be committed yet');
      if (!closing && payload.isRunning()) later(payload);
    }
  }

  function later(payload: EachBatchPayload): void {
    due ??= { payload, timer: setTimeout(() => void commit(payload), EVERY_MS) };
  }

  function forget(): void {
    clearTimeout(due?.timer);
    due = null;
  }

  return {
    /** Something of this consumer was handled. */
    async after(payload: EachBatchPayload): Promise<void> {
      if (closing || !payload.isRunning()) return commit(payload);
      later(payload);
    },

    /** Leaves it to come again. */
    forget,

    async close(): Promise<void> {
      closing = true;
      if (due !== null) await commit(due.payload);
    },
  };
}
