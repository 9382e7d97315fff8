/** Processes of the product that work on a sync; the sandbox is the platform and not counted. */
export type Worker = 'orchestrator' | 'registry' | 'gateway' | 'dispatcher' | 'sandbox' | 'mongod' | 'kafka';

/** One run over `rows` rows. */
export interface Sample {
  rows: number;
  seconds: number;
  cpu: Record<Worker | 'bench', number | null>;
  /** Of the records; the bare loops do not count. */
  written: number | null;
}
