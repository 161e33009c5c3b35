import type { ReactNode } from 'react';
import { isMessageKey, type Translate } from '../../../messages/index.js';
import type { Session } from '../../api/index.js';
import { Tag, useT, type Tone } from '../../kit/index.js';
import { useMay } from '../../session/index.js';

const TONES: Readonly<Record<Session['state'], Tone>> = {
  draft: 'neutral',
  offered: 'info',
  accepted: 'info',
  running: 'info',
  done: 'good',
  failed: 'bad',
  rejected: 'bad',
  cancelled: 'neutral',
  expired: 'neutral',
};

/** Whether somebody on this node has to decide on the offer. */
export function isWaiting({
  state,
  side,
  ownConsent,
}: Pick<Session, 'state' | 'side' | 'ownConsent'>): boolean {
  return state === 'offered' && side === 'responder' && ownConsent === null;
}

/** The state of a session in a word; an offer waits for whoever may decide on it. */
export function SessionTag({ session }: { readonly session: Session }): ReactNode {
  const t = useT();
  const may = useMay();
  if (isWaiting(session) && may('POST /v1/sessions/:id/approve')) {
    return <Tag tone="warn">{t('sessions.state.waits')}</Tag>;
  }
  return <Tag tone={TONES[session.state]}>{t(`sessions.state.${session.state}`)}</Tag>;
}

/** Text from elsewhere in the middle of a sentence: set apart by Unicode isolates, and cut where it is long. */
export function isolated(text: string, most = 60): string {
  const characters = Array.from(text);
  const shown = characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
  return `\u2068${shown}\u2069`;
}

/** The sentences for an error code; the code itself when there are none. */
export function errorWords(t: Translate, code: string): { readonly what: string; readonly next: string } {
  const text = (key: string, fallback: string): string => (isMessageKey(key) ? t(key) : fallback);
  return { what: text(`error.${code}.what`, code), next: text(`error.${code}.next`, '') };
}
