import { hashSync, verifySync } from '@node-rs/argon2';
import os from 'node:os';
import { parentPort } from 'node:worker_threads';

/** `verify` answers a boolean, `hash` the PHC text. */
export type HashingTask = { kind: 'hash'; secret: string } | { kind: 'verify'; secret: string; hash: string };

export type HashingAnswer = { value: string | boolean } | { fault: string };

/** On Linux this is the thread's own: the loop that answers requests goes first when cores are short. Nobody may go back up. */
const { PRIORITY_BELOW_NORMAL } = os.constants.priority;
if (os.getPriority() < PRIORITY_BELOW_NORMAL) os.setPriority(PRIORITY_BELOW_NORMAL);

parentPort?.on('message', (task: HashingTask) => parentPort?.postMessage(answer(task)));

function answer(task: HashingTask): HashingAnswer {
  try {
    return { value: task.kind === 'hash' ? hashSync(task.secret) : verifySync(task.hash, task.secret) };
  } catch (err) {
    return { fault: String(err) };
  }
}
