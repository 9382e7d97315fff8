import { CHANGING } from './changing.ts';
import { SENDING } from './sending.ts';

export const SCENARIOS = { ...SENDING, ...CHANGING };

export type ScenarioName = keyof typeof SCENARIOS;
