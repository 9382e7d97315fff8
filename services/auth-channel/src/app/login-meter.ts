import { isAppError } from '@crossdock/kernel';
import { Counter, type Registry } from 'prom-client';

/** Counts each try by what came of it, and lets its outcome pass. */
export type LoginMeter = <A extends unknown[], R>(
  kind: 'user' | 'client',
  attempt: (...args: A) => Promise<R>,
) => (...args: A) => Promise<R>;

export function loginMeter(registry: Registry): LoginMeter {
  const logins = new Counter({
    name: 'crossdock_auth_logins_total',
    help: 'Logins of users and token requests of clients by outcome: success or the kind of refusal (unauthenticated, too_many …)',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  return (kind, attempt) =>
    async (...args) => {
      try {
        const result = await attempt(...args);
        logins.inc({ kind, outcome: 'success' });
        return result;
      } catch (err) {
        logins.inc({ kind, outcome: isAppError(err) ? err.kind : 'internal' });
        throw err;
      }
    };
}
