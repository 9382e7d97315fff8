import type { ConfigField, PlatformAdapter } from '@crossdock/platforms';
import { isMask, MASK, maskIdentifier } from '@crossdock/vault';
import { configTextFault, type Faults } from '../domain/connector-fields.ts';

/** Of a name that nobody knows. */
const SHOWN_CHARS = 60;

type Config = Record<string, string>;
type Given = Record<string, unknown>;

/** A whole configuration for a new connector: nothing missing, nothing extra. */
export function checkNewConfig({ configFields }: PlatformAdapter, given: Given, faults: Faults): Config {
  refuseUnknown(configFields, given, faults);
  const config: Config = {};
  for (const field of configFields) {
    const { name, required } = field;
    if (!Object.hasOwn(given, name)) {
      faults.add(fieldPath(name), required ? '缺少必填项' : null);
      continue;
    }
    const text = given[name];
    faults.add(fieldPath(name), configTextFault(text) ?? (isHidden(field, text as string) ? '不能是掩码' : null));
    config[name] = text as string;
  }
  return config;
}

/**
 * The given fields that really change; `stored` has its secrets opened. A mask keeps what is stored: of an identifier its own mask,
 * of a secret `***`, but not while an identifier changes, since the secret belongs to the old one.
 */
export function checkConfigChange(adapter: PlatformAdapter, stored: Config, given: Given, faults: Faults): Config {
  const fields = adapter.configFields;
  refuseUnknown(fields, given, faults);
  const changed: Config = {};
  const differs = ({ name }: ConfigField) => Object.hasOwn(given, name) && given[name] !== stored[name];
  for (const field of fields.filter((each) => !each.sensitive && differs(each))) {
    const { name, masked } = field;
    const text = given[name] as string;
    if (masked && text === maskIdentifier(stored[name] ?? '')) continue;
    faults.add(fieldPath(name), configTextFault(text) ?? identifierFault(adapter, stored, field, text));
    changed[name] = text;
  }
  const identifierChanges = Object.keys(changed).length > 0;
  for (const { name } of fields.filter((each) => each.sensitive && differs(each))) {
    const text = given[name] as string;
    if (text !== MASK) {
      faults.add(fieldPath(name), configTextFault(text));
      changed[name] = text;
    } else if (stored[name] === undefined) {
      faults.add(fieldPath(name), '没有已保存的密钥，不能是掩码');
    } else if (identifierChanges) {
      faults.add(fieldPath(name), '更换应用时必须重新填写密钥');
    }
  }
  return changed;
}

/** As people see it: secrets absent, identifiers masked. */
export const shownConfig = (fields: readonly ConfigField[], stored: Config): Config =>
  Object.fromEntries(
    fields.flatMap(({ name, sensitive, masked }) => {
      const text = stored[name];
      return sensitive || text === undefined ? [] : [[name, masked ? maskIdentifier(text) : text]];
    }),
  );

const fieldPath = (name: string): string => `config.${name}`;

function identifierFault(adapter: PlatformAdapter, stored: Config, field: ConfigField, text: string): string | null {
  const { name } = field;
  if (adapter.shopIdOf({ ...stored, [name]: text }) !== adapter.shopIdOf(stored)) return '店铺不可更改，请新建连接器';
  return isHidden(field, text) ? '掩码与已保存的值不符' : null;
}

/** A mask, or for an identifier what somebody made of one: no platform's own has asterisks. */
const isHidden = ({ sensitive, masked }: ConfigField, text: string): boolean =>
  (sensitive && isMask(text)) || (masked && text.includes(MASK));

function refuseUnknown(fields: readonly ConfigField[], given: Given, faults: Faults): void {
  const names = fields.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) faults.add(fieldPath(name.slice(0, SHOWN_CHARS)), `未知字段，支持：${names.join('、')}`);
  }
}
