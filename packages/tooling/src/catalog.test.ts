import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('every dependency takes its version from the catalog or is a package of ours', () => {
  const strays = globSync(['package.json', '{packages,services}/*/package.json'], { cwd: root }).flatMap((file) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(`${root}${file}`, 'utf8'));
    const versions = Object.entries<string>({ ...dependencies, ...devDependencies });
    return versions
      .filter(([, version]) => version !== 'catalog:' && version !== 'workspace:*')
      .map(([name]) => `${file}: ${name}`);
  });
  expect(strays).toEqual([]);
});
