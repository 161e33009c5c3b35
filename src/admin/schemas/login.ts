import Type from 'typebox';
import { strict } from '../route.js';
import { TOKEN } from './governance.js';
import { text, time } from './parts.js';

/** Room for slips of the hand: what is no code of six digits is refused as a wrong one is. */
const code = Type.String({ maxLength: 32, description: 'Of the second factor: six digits.' });

export const LOGIN = Type.Object(
  { token: Type.String({ maxLength: 200, description: 'A token of this node.' }), code: Type.Optional(code) },
  strict,
);
export const LOGGED_IN = Type.Object(
  {
    caller: TOKEN,
    csrf: text('Goes into `x-vesica-csrf` of every request of this session that changes something.'),
    /** Unless the session is used before. */
    expiresAt: time,
  },
  strict,
);
export const NEW_FACTOR = Type.Object(
  {
    secret: text('For an authenticator: base32. Told in this answer alone.'),
    uri: text('The same as an `otpauth:` address, for a QR code.'),
  },
  strict,
);
export const FACTOR_CODE = Type.Object({ code }, strict);
