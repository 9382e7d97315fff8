import type { RacingWorld, Side } from './racing-world.ts';

/** Callers that all want the same at once. */
export interface Round {
  /** What one of them heard. */
  call(side: Side, caller: number): Promise<string>;
  /** How often each answer is to come. */
  expected(answers: string[], callers: number): boolean;
  /** What came of it. */
  effects(): Promise<number>;
  /** One effect more, as if a caller had been served for himself. */
  plant(): Promise<unknown>;
  end?(): Promise<unknown>;
}

export interface Race {
  name: string;
  /** How many effects all callers of a round may have. */
  allowed: number;
  /** A round of its own, under a name nobody used. */
  round(world: RacingWorld, name: string): Promise<Round>;
}

/** All callers at once, spread over the sides; what is wrong then. */
export async function run(
  world: RacingWorld,
  { allowed, round }: Race,
  { name, callers, plants = false }: { name: string; callers: number; plants?: boolean },
): Promise<string[]> {
  const { call, expected, effects, plant, end } = await round(world, name);
  const { sides } = world;
  const calls = Array.from({ length: callers }, (_, n) => call(sides[n % sides.length]!, n));
  const answers = await Promise.all(calls.map((each) => each.catch(String)));
  if (plants) await plant();
  const count = await effects();
  await end?.();
  const wrong = count === allowed ? [] : [`${count} effects of ${allowed}`];
  if (!expected(answers, callers)) wrong.push(`answers: ${tallyOf(answers)}`);
  return wrong;
}

function tallyOf(answers: string[]): string {
  const groups = [...Map.groupBy(answers, (answer) => answer)];
  return groups.map(([answer, group]) => `${group.length} × ${answer}`).join(', ');
}

/** Everybody heard the same, and it was this. */
export const allAlike =
  (beginning: string) =>
  (answers: string[]): boolean =>
    new Set(answers).size === 1 && answers[0]!.startsWith(beginning);
