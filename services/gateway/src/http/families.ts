import { channelsFamily } from './channels/routes.ts';
import { commerceFamily } from './commerce/family.ts';
import type { Family } from './family.ts';
import { shopsFamily } from './shops/family.ts';
import { tokensFamily } from './tokens/routes.ts';

/** The longest prefix first. */
export const FAMILIES: Family[] = [channelsFamily, commerceFamily, shopsFamily, tokensFamily];

/** Whose path it is, and so whose envelope it is answered in when no route took it. */
export const familyOf = (url: string): Family =>
  FAMILIES.find(({ prefix }) => url.startsWith(`${prefix}/`)) ?? commerceFamily;
