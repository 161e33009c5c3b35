/** Who is logged in and what they may do; language and theme of the browser. */
export { ALLOWED, isAllowed, rolesOf, type Operation, type Role } from './allowed.js';
export { PreferencesProvider, THEMES, usePreferences, type Theme } from './preferences.js';
export { SessionProvider, useCaller, useMay, useRole, useSession } from './session.js';
