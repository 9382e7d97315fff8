import { stripTypeScriptTypes } from 'node:module';

/** What production runs: Node's own type stripping. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
