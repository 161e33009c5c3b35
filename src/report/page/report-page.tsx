import type { ReactNode } from 'react';
import { type Locale, type Translate, formatsOf } from '../../messages/index.js';
import { type Language, type Sentence, languageOf } from '../language.js';
import { outcomesOf } from '../outcome.js';
import type { Report } from '../report-schema.js';
import { headlines, warnings } from '../words.js';
import { GeoSection } from './geo-section.js';
import { ChecksSection, MatchSection } from './match-section.js';
import { Name, Said } from './names.js';
import { OutcomeSection } from './outcome-section.js';
import { ReachSection } from './reach-section.js';
import { DataSection, PrivacySection } from './session-sections.js';

export interface ReportPageProps {
  readonly report: Report;
  readonly t: Translate;
  readonly locale: Locale;
  /** `false` where the page around it has the title already. */
  readonly hasTitle?: boolean;
}

/** A whole report: what to beware of, what was found, and every figure with its noise. */
export function ReportPage({ report, t, locale, hasTitle = true }: ReportPageProps): ReactNode {
  const language = { ...languageOf(locale), t };
  const { party, partner, mode, purpose, finishedAt, session, software } = report;
  const names = { party: { name: party }, partner: { name: partner } };
  const say = (sentence: Sentence): ReactNode => <Said sentence={sentence} language={language} />;
  return (
    <article className="report">
      <header>
        {hasTitle && <h1>{say(language.say('report.title', names))}</h1>}
        <Sentences kind="warnings" sentences={warnings(report, language)} language={language} />
        <p className="lead">
          {purpose !== '' && <>{say(language.say('report.purpose', { purpose: { name: purpose } }))} </>}
          {t('report.lead', { mode, date: formatsOf(locale).date(finishedAt, 'UTC') })}
        </p>
        <Sentences kind="findings" sentences={headlines(report, language)} language={language} />
      </header>
      {outcomesOf(report).map((outcome) => (
        <OutcomeSection key={outcome.name ?? ''} outcome={outcome} language={language} />
      ))}
      <ReachSection report={report} language={language} />
      <GeoSection report={report} language={language} />
      <MatchSection report={report} language={language} />
      <ChecksSection report={report} language={language} />
      <PrivacySection report={report} language={language} />
      <DataSection report={report} language={language} />
      <footer>
        <p>
          {language
            .say('report.footer', { software: { name: software }, session: { name: session } })
            .map((part, i) =>
              typeof part === 'string' ? part : <Name key={i} name={part.name} language={language} />,
            )}
        </p>
      </footer>
    </article>
  );
}

function Sentences({
  kind,
  sentences,
  language,
}: {
  readonly kind: 'warnings' | 'findings';
  readonly sentences: readonly Sentence[];
  readonly language: Language;
}): ReactNode {
  if (sentences.length === 0) return null;
  return (
    <ul className={kind} aria-label={language.t(`report.${kind}`)}>
      {sentences.map((sentence, i) => (
        <li key={i}>
          <Said sentence={sentence} language={language} />
        </li>
      ))}
    </ul>
  );
}
