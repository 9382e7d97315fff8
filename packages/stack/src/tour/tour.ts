import pc from 'picocolors';
import type { ServiceName } from '../services.ts';
import { reasonOf } from '../start-error.ts';
import { connectSteps } from './connect-steps.ts';
import { StepFailure, type Tour, type TourOptions } from './context.ts';
import { syncSteps } from './sync-steps.ts';

export interface TourFailure {
  step: string;
  cause: string;
  service: ServiceName;
}

/** The main job, step by step, against the public API; null when every step did what it says. */
export async function takeTour(options: TourOptions): Promise<TourFailure | null> {
  const { screen, signal } = options;
  // Filled by the steps, each before the next one needs it.
  const tour = { ...options } as Tour;
  for (const [index, { title, service, run }] of [...connectSteps, ...syncSteps].entries()) {
    const since = performance.now();
    screen.line(pc.bold(`${index + 1}. ${title}`));
    try {
      await run(tour);
    } catch (err) {
      signal.throwIfAborted();
      return { step: `${index + 1}. ${title}`, service, cause: causeOf(err) };
    }
    screen.line(pc.dim(`   done in ${((performance.now() - since) / 1000).toFixed(2)} s`));
  }
  return null;
}

function causeOf(err: unknown): string {
  if (err instanceof StepFailure) return err.message;
  const cause = Error.isError(err) && err.cause !== undefined ? ` (${reasonOf(err.cause)})` : '';
  return `${reasonOf(err)}${cause}`;
}
