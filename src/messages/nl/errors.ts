import type { errors as english } from '../en/errors.js';

export const errors: Readonly<Record<keyof typeof english, string>> = {};
