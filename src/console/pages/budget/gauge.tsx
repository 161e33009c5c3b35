import type { ReactNode } from 'react';
import type { LedgerAccount } from '../../api/index.js';
import { Amount, Message, Tag, useFormats, useT, type Tone } from '../../kit/index.js';
import './gauge.css';

/** From this share on, a budget counts as nearly spent; the node raises its alarm there too. */
const LOW = 0.8;

type Level = 'ok' | 'low' | 'out' | 'none';
const TONES: Readonly<Record<Level, Tone>> = { ok: 'good', low: 'warn', out: 'bad', none: 'neutral' };

/** How much of a budget is spent, as a bar and in words. */
export function Gauge({ account }: { readonly account: LedgerAccount }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { partnerName, lineage, limit, spent, left } = account;
  const share = shareOf(account);
  const level = levelOf(account);
  const words = {
    spent: <Amount value={spent.epsilon} digits={4} />,
    limit: <Amount value={limit?.epsilon} digits={4} />,
    left: <Amount value={left?.epsilon ?? '0'} digits={4} />,
  };
  return (
    <div className={`gauge gauge-${level}`}>
      <p className="gauge-words">
        <span>
          {spent.epsilon === null ? (
            t('budget.sentence.over')
          ) : (
            <Message of={limit === null ? 'budget.sentence.nolimit' : 'budget.sentence'} values={words} />
          )}
        </span>
        <Tag tone={TONES[level]}>{t(`budget.level.${level}`)}</Tag>
      </p>
      {limit === null ? null : (
        <div
          className="gauge-track"
          role="meter"
          aria-label={t('budget.gauge', { partner: partnerName, lineage })}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(100 * share)}
          aria-valuetext={formats.percent(100 * share)}
        >
          <span className="gauge-bar" style={{ width: `${100 * share}%` }} />
        </div>
      )}
    </div>
  );
}

/** What is spent of the limit: 0 to 1. */
function shareOf({ limit, spent }: LedgerAccount): number {
  if (limit === null) return 0;
  if (spent.epsilon === null) return 1;
  return Math.min(1, Number(spent.epsilon) / Number(limit.epsilon));
}

function levelOf(account: LedgerAccount): Level {
  if (account.limit === null) return 'none';
  const share = shareOf(account);
  return share >= 1 ? 'out' : share >= LOW ? 'low' : 'ok';
}
