import type { exports as english } from '../en/exports.js';

export const exports: Readonly<Record<keyof typeof english, string>> = {};
