export interface Config {
  host: string;
  port: number;
  controlPort: number;
  /** Undefined: no `/livez` and `/readyz`. */
  opsPort: number | undefined;
  dataDir: string | undefined;
}

/** Reads the environment; every fault is in the one error. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const faults: string[] = [];
  function port<D extends number | undefined>(name: string, fallback: D): number | D {
    const text = env[name];
    if (!text) return fallback;
    const value = Number(text);
    if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
    faults.push(`${name} must be a port from 0 to 65535, not "${text}"`);
    return fallback;
  }
  const config: Config = {
    host: env['HOST'] || '127.0.0.1',
    port: port('SANDBOX_PORT', 8090),
    controlPort: port('CONTROL_PORT', 8091),
    opsPort: port('SANDBOX_OPS_PORT', undefined),
    dataDir: env['SANDBOX_DATA'] || undefined,
  };
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return config;
}
