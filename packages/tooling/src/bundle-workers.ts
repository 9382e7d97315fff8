import { basename, dirname, resolve } from 'node:path';
import type { Plugin } from 'rolldown';

const NEW_WORKER = /new Worker\(new URL\('([^']+)\.ts', import\.meta\.url\)/g;

/** `new Worker(new URL('x.ts', import.meta.url))` becomes a file x.js beside the bundle. */
export const workersBeside = (): Plugin => ({
  name: 'workers-beside',
  transform: {
    filter: { code: /new Worker\(/ },
    handler(code, importer) {
      return code.replace(NEW_WORKER, (_whole, path: string) => {
        const fileName = `${basename(path)}.js`;
        this.emitFile({ type: 'chunk', id: resolve(dirname(importer), `${path}.ts`), fileName });
        return `new Worker(new URL('${fileName}', import.meta.url)`;
      });
    },
  },
});
