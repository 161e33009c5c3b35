import type { settings as english } from '../en/settings.js';

export const settings: Readonly<Record<keyof typeof english, string>> = {};
