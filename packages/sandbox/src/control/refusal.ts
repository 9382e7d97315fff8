import { isPlatformName, PLATFORM_NAMES, type PlatformName } from '../shops/platforms.ts';

/** A control call that cannot be done: its status and the reason, answered as `{error}`. */
export class ControlRefusal extends Error {
  readonly statusCode: 400 | 404 | 502;

  constructor(statusCode: 400 | 404 | 502, reason: string) {
    super(reason);
    this.statusCode = statusCode;
  }
}

/** A platform's name out of the path (404) or out of a body or query (400). */
export function platformNamed(name: string, statusCode: 400 | 404): PlatformName {
  if (isPlatformName(name)) return name;
  throw new ControlRefusal(statusCode, `unknown platform ${name}; there are ${PLATFORM_NAMES.join(', ')}`);
}
