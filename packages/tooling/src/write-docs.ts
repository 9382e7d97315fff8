import { writeFile } from 'node:fs/promises';
import { OPERATIONS, operationsWithTable } from './environment-table.ts';

await writeFile(OPERATIONS, await operationsWithTable());
