/** What Vesica says to people, in English and Dutch, and how these languages write numbers and times. Pure. */
export { formatsOf, type Formats } from './formats.js';
export {
  CATALOGUES,
  LOCALES,
  LOCALE_TAGS,
  isMessageKey,
  partsOf,
  translator,
  type Locale,
  type MessageKey,
  type MessageValues,
  type Translate,
} from './translate.js';
