import type { audit as english } from '../en/audit.js';

export const audit: Readonly<Record<keyof typeof english, string>> = {};
