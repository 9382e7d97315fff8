/**
 * Runs the subjects in turn, A B C A B C, so that a machine that slows down slows all of them;
 * round 0 is the warm-up, whose samples are thrown away.
 */
export async function interleave<T extends Record<string, (round: number) => Promise<unknown>>>(
  subjects: T,
  rounds: number,
  log: (sentence: string) => void,
): Promise<{ [Name in keyof T]: Awaited<ReturnType<T[Name]>>[] }> {
  const samples = Object.fromEntries(Object.keys(subjects).map((name) => [name, [] as unknown[]]));
  for (let round = 0; round <= rounds; round += 1) {
    log(round === 0 ? 'warm-up' : `round ${round} of ${rounds}`);
    for (const [name, measure] of Object.entries(subjects)) {
      const sample = await measure(round);
      if (round > 0) samples[name]!.push(sample);
    }
  }
  return samples as { [Name in keyof T]: Awaited<ReturnType<T[Name]>>[] };
}
