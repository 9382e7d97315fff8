import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder `name` of the cache. What is missing is filled aside and moved in whole: two runs side by side never see half of it. */
export async function cached(cache: string, name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cache, name);
  if (existsSync(target)) return target;
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, `${name}.part-`));
  try {
    await fill(aside);
    await rename(aside, target);
  } catch (err) {
    // Another run was quicker: what it moved in is as good.
    if (!existsSync(target)) throw err;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return target;
}
