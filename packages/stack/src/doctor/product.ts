import { existsSync, readFileSync } from 'node:fs';
import { faulty, fine, type Finding } from './finding.ts';

/** What `npm start` wrote about the product that is up. */
export interface Running {
  kafka: string;
  mongodb: string;
  services: Record<string, { pid: number; ops: string }>;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Null when none is up: the file of an earlier run does not count. */
export function runningProduct(stackFile: string): Running | null {
  if (!existsSync(stackFile)) return null;
  const running = JSON.parse(readFileSync(stackFile, 'utf8')) as Running;
  return Object.values(running.services).some(({ pid }) => isAlive(pid)) ? running : null;
}

/** Every service: alive and ready, or what it waits for. */
export const lookAtServices = ({ services }: Running, logs: string): Promise<Finding[]> =>
  Promise.all(
    Object.entries(services).map(async ([name, { ops }]) => {
      const look = `less ${logs}/${name}.log`;
      try {
        const answer = await fetch(`${ops}/readyz`, { signal: AbortSignal.timeout(3_000) });
        return answer.ok ? fine(`${name} is ready`) : faulty(name, `is not ready: ${await answer.text()}`, look);
      } catch {
        return faulty(name, `does not answer at ${ops}`, look);
      }
    }),
  );
