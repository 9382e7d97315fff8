import type { FigureGroup } from './figure.ts';
import type { Lab } from './lab.ts';

export interface BenchOptions {
  products: number;
  rounds: number;
  log: (sentence: string) => void;
}

export interface Bench {
  about: string;
  /** What the services are told beyond their usual settings. */
  env: NodeJS.ProcessEnv;
  run(lab: Lab, options: BenchOptions): Promise<FigureGroup[]>;
}
