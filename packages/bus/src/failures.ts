import { isAppError } from '@crossdock/kernel';

const MAX_TRIES = 6;
const AWAY = /^Mongo\w*(Network|ServerSelection|NotConnected|Topology|Pool|ClientClosed)\w*$|^KafkaJS/;

/** Whether an event that failed `tries` times comes again; otherwise it is dead. */
export function comesAgain(err: unknown, tries: number): boolean {
  if (isAppError(err) && (err.kind === 'invalid' || err.kind === 'malformed')) return false;
  return isAway(err) || tries < MAX_TRIES;
}

/** A store or a service being away is no fault of the event: it waits for it, however long that takes. */
export function isAway(err: unknown): boolean {
  if (isAppError(err)) return err.kind === 'unavailable' || err.kind === 'too_many';
  if (!(err instanceof Error)) return false;
  const labels = (err as { errorLabels?: unknown }).errorLabels;
  return AWAY.test(err.name) || (Array.isArray(labels) && labels.includes('RetryableWriteError'));
}
