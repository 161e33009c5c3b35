import type { upkeep as english } from '../en/upkeep.js';

export const upkeep: Readonly<Record<keyof typeof english, string>> = {};
