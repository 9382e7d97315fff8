import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SERVICES = [
  'gateway',
  'connector-registry',
  'auth-channel',
  'shop-settings',
  'sync-orchestrator',
  'webhook-dispatcher',
];
export const OPERATIONS = join(ROOT, 'docs/operations.md');
const BEGIN = '<!-- environment: written by `pnpm write-docs` -->';
const END = '<!-- /environment -->';

interface Variable {
  description?: string;
  default?: string | number | boolean;
}

interface ConfigSchema {
  properties: Record<string, Variable>;
  required?: string[];
}

interface Row extends Variable {
  name: string;
  required: boolean;
  services: string[];
}

async function variables(): Promise<Row[]> {
  const rows = new Map<string, Row>();
  for (const service of SERVICES) {
    const { configSchema } = (await import(join(ROOT, 'services', service, 'src/config.ts'))) as {
      configSchema: ConfigSchema;
    };
    for (const [name, variable] of Object.entries(configSchema.properties)) {
      const required = variable.default === undefined && (configSchema.required ?? []).includes(name);
      const row = rows.get(name) ?? { ...variable, name, required, services: [] };
      row.services.push(service);
      rows.set(name, row);
    }
  }
  return [...rows.values()];
}

function lineOf({ name, description = '', default: preset, required, services }: Row): string {
  const value = required ? 'required' : preset === undefined || preset === '' ? 'none' : `\`${String(preset)}\``;
  const who = services.length === SERVICES.length ? 'all' : services.join(', ');
  return `| \`${name}\` | ${value} | ${description.replaceAll('|', '\\|')} | ${who} |`;
}

/** `docs/operations.md` with the table of every variable, as the services' own schemas say it now. */
export async function operationsWithTable(): Promise<string> {
  const text = await readFile(OPERATIONS, 'utf8');
  const table = ['| variable | default | what | who |', '|---|---|---|---|', ...(await variables()).map(lineOf)].join(
    '\n',
  );
  const [before, rest = ''] = text.split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined) throw new Error(`${OPERATIONS} has lost its marks ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n${table}\n${END}${after}`;
}
