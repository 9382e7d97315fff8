import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a store is brought up in: the caller's environment, an end that may come, and who is told what takes long. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  log: (sentence: string) => void;
}

/** Everything a command printed, or null when there is no such command. Throws with its last words when it fails. */
export async function outputOf(command: string, args: string[], { env, signal }: Surroundings): Promise<string | null> {
  signal.throwIfAborted();
  const running = run(command, args, { maxBuffer: 64 << 20, env });
  // Not by execFile's own `signal`: it would send the signal even to a process that never came to be, whose number is
  // anything, also 0: the whole group of ours.
  const kill = () => running.child.pid !== undefined && running.child.kill();
  signal.addEventListener('abort', kill, { once: true });
  try {
    const { stdout, stderr } = await running;
    return stdout + stderr;
  } catch (err) {
    const { code, stderr = '', stdout = '' } = err as { code?: unknown; stderr?: string; stdout?: string };
    if (code === 'ENOENT') return null;
    const lastWords = `${stdout}\n${stderr}`.trim().split('\n').slice(-5).join('\n');
    throw new Error(`${command} ${args[0] ?? ''} failed: ${lastWords || String(err)}`, { cause: err });
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
