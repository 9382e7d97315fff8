import { isPlatformError } from '@crossdock/kernel';
import {
  type Page,
  type Position,
  type RecordSource,
  rowHash,
  type Session,
  type SourceRow,
  type SyncWindow,
} from '@crossdock/platforms';

/** A platform's list that a test can change at any moment; walked from the last page to the first. */
export function scriptedSource(pageSize = 2, reachMs: number | null = null) {
  const rows = new Map<string, { title: string; updatedAt: Date; invalid?: boolean; spelling?: number }>();
  let read: string[] = [];
  let onRead: (id: string) => void = () => {};
  let beforeCall: (call: string) => Promise<void> | void = () => {};
  let calls = 0;
  let answerBytes = 100;

  /** Read when something of it is asked for, as the adapters' rows are. */
  const rowOf = (id: string): SourceRow => {
    const { title, updatedAt, invalid, spelling = 0 } = rows.get(id)!;
    const problem = invalid ? { code: 'invalid_price', field: 'price', message: '价格无效' } : null;
    const fields = { title } as never;
    return {
      externalId: id,
      updatedAt,
      fields,
      hash: rowHash(fields, updatedAt),
      digest: `${title}@${updatedAt.getTime()} ${spelling} ${invalid}`,
      get problem() {
        read.push(id);
        onRead(id);
        return problem;
      },
    };
  };
  const inside = ({ from, to }: SyncWindow): string[] =>
    [...rows.keys()].toSorted().filter((id) => {
      const { updatedAt } = rows.get(id)!;
      return (from === null || updatedAt >= from) && updatedAt <= to;
    });

  async function call({ call: gate, signal }: Session, name: string): Promise<void> {
    await gate.take(signal);
    calls++;
    try {
      await beforeCall(name);
    } catch (err) {
      if (isPlatformError(err))
        gate.done({ ok: false, failure: err.failure, code: err.code, message: err.message, durationMs: 1 });
      throw err;
    }
    gate.done({ ok: true, durationMs: 1, bytes: answerBytes });
  }

  const source: RecordSource = {
    lagMs: 0,
    reachMs,
    async page(session, window, position: Position | null): Promise<Page> {
      await call(session, 'page');
      const ids = inside(window);
      const number = position === null ? Math.max(1, Math.ceil(ids.length / pageSize)) : (position['page'] as number);
      const shown = ids.slice((number - 1) * pageSize, number * pageSize);
      return { rows: shown.map(rowOf), next: number > 1 ? { page: number - 1 } : null, total: ids.length };
    },
    async byIds(session, refs) {
      await call(session, 'byIds');
      return refs.flatMap(({ id }) => (rows.has(id) ? [rowOf(id)] : []));
    },
  };
  return {
    source,
    rows,
    calls: () => calls,
    /** How large each answer is said to be. */
    answersOf(bytes: number) {
      answerBytes = bytes;
    },
    onCall(hook: (call: string) => Promise<void> | void) {
      beforeCall = hook;
    },
    /** Ids of the rows that were read since this was last asked, each once. */
    read(): string[] {
      const ids = [...new Set(read)];
      read = [];
      return ids.toSorted();
    },
    /** Called when a row is read; what it throws, reading does. */
    onRead(hook: (id: string) => void) {
      onRead = hook;
    },
    /** The same row in other bytes. */
    respell(id: string) {
      const row = rows.get(id)!;
      row.spelling = (row.spelling ?? 0) + 1;
    },
    set(id: string, title: string, updatedAt: Date, invalid = false) {
      rows.set(id, { title, updatedAt, invalid });
    },
  };
}

export type ScriptedSource = ReturnType<typeof scriptedSource>;

/** When rows of a test were last changed, unless it says otherwise. */
export const OLD = new Date('2026-03-14T08:00:00Z');

/** A platform that has these rows. */
export function sourceWith(ids: string[]): ScriptedSource {
  const platform = scriptedSource();
  for (const id of ids) platform.set(id, `title ${id}`, OLD);
  return platform;
}
