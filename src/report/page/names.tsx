import type { ReactNode } from 'react';
import type { Language, Sentence } from '../language.js';

const STEERING =
  /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Text in which nothing steers: controls, half characters and what turns the direction of text become U+FFFD; the
 * joiners that some scripts need stay.
 */
export function harmless(text: string): string {
  return text.replace(STEERING, '\ufffd');
}

/** A name out of a file or from the partner: its direction does not reach the text around it. */
export function Name({ name, language }: { readonly name: string; readonly language: Language }): ReactNode {
  return <bdi>{name === '' ? language.t('report.emptyName') : harmless(name)}</bdi>;
}

/** A sentence with its names set apart. A number and its percent sign stay on one line. */
export function Said({
  sentence,
  language,
}: {
  readonly sentence: Sentence;
  readonly language: Language;
}): ReactNode {
  return sentence.map((part, i) =>
    typeof part === 'string' ? (
      harmless(part).replaceAll(' %', '\u00a0%')
    ) : (
      <Name key={i} name={part.name} language={language} />
    ),
  );
}

/** Columns of a text of the drawings, whose signs of the East are twice as wide. */
const widthOf = (character: string): number => ((character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1);

/** The start of a name for a drawing, which cannot wrap it; the table beside has the whole. */
export function shortened(name: string, columns: number): string {
  let used = 0;
  let text = '';
  for (const character of harmless(name)) {
    used += widthOf(character);
    if (used > columns) return `${text.trimEnd()}…`;
    text += character;
  }
  return text;
}
