import type { partners as english } from '../en/partners.js';

export const partners: Readonly<Record<keyof typeof english, string>> = {};
