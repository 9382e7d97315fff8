import { parseArgs } from 'node:util';

export interface Arguments {
  exit: boolean;
  reset: boolean;
  tour: boolean;
}

export const USAGE = `npm start [-- flags]
  --exit      end after the tour: 0 only if every step did what it says
  --reset     begin with empty data
  --no-tour   everything but the tour`;

/** Null when there is a flag or a word that nobody knows. */
export function readArguments(args: string[]): Arguments | null {
  try {
    const { values } = parseArgs({
      args,
      options: { exit: { type: 'boolean' }, reset: { type: 'boolean' }, 'no-tour': { type: 'boolean' } },
    });
    return { exit: values.exit ?? false, reset: values.reset ?? false, tour: !values['no-tour'] };
  } catch {
    return null;
  }
}
