/** What pages are made of. */
export {
  Button,
  ButtonLink,
  Checkbox,
  Dialog,
  Field,
  Radios,
  Select,
  type ButtonProps,
  type Choice,
} from './controls.js';
export { LocaleProvider, Message, useFormats, useLocale, useT } from './locale.js';
export { Facts, Page, Row, Section, Stack, type Fact } from './page.js';
export {
  Empty,
  ErrorState,
  Forbidden,
  Loading,
  Notice,
  Progress,
  StateTag,
  Tag,
  type Tone,
} from './states.js';
export { Steps, Tabs, type Step, type Tab } from './steps.js';
export { DataTable, VirtualList, VirtualTable, type Column, type More } from './table.js';
export { Amount, CopyText, Name, None, Time, type AmountProps, type TimeForm } from './values.js';
