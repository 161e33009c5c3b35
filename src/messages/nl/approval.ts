import type { approval as english } from '../en/approval.js';

export const approval: Readonly<Record<keyof typeof english, string>> = {};
