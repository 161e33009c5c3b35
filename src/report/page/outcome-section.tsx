import type { ReactNode } from 'react';
import { type Language, carriedWords } from '../language.js';
import type { Lifts, Outcome } from '../outcome.js';
import { consequenceTable, figureTable, liftTable } from '../tables.js';
import { confidenceWords, outcomeNoise } from '../words.js';
import { CellBars } from './cell-bars.js';
import { LiftForest } from './lift-forest.js';
import { Said, harmless } from './names.js';
import { ReportTable } from './report-table.js';

interface Props {
  readonly outcome: Outcome;
  readonly language: Language;
}

/** The section of one outcome: forest plot, lift, what follows from it, and the figures of arms and cells. */
export function OutcomeSection({ outcome, language }: Props): ReactNode {
  const { name, lifts, arms, cells, missing } = outcome;
  const { t, say } = language;
  return (
    <section>
      <h2>
        {name === null ? (
          t('report.outcome.matched')
        ) : (
          <Said sentence={say('report.outcome.measure', { measure: { name } })} language={language} />
        )}
      </h2>
      {missing !== null && (
        <p>{harmless(t('report.outcome.noLift', { reason: carriedWords(missing, language) }))}</p>
      )}
      <LiftForest outcome={outcome} language={language} />
      {lifts === null ? (
        <Figures of={arms} caption={t('report.outcome.arms')} outcome={outcome} language={language} />
      ) : (
        <Lift lifts={lifts} outcome={outcome} language={language} />
      )}
      <CellBars outcome={outcome} language={language} />
      <Figures of={cells} caption={t('report.outcome.cells')} outcome={outcome} language={language} />
    </section>
  );
}

function Figures({
  of,
  caption,
  outcome,
  language,
}: Props & {
  readonly of: Outcome['arms'] | Outcome['cells'];
  readonly caption: string;
}): ReactNode {
  if (of.length === 0) return null;
  return (
    <ReportTable
      table={figureTable(outcome, of, language)}
      caption={caption}
      notes={outcomeNoise(outcome, language)}
      language={language}
    />
  );
}

function Lift({ lifts, outcome, language }: Props & { readonly lifts: Lifts }): ReactNode {
  const { t, say, figures } = language;
  const notes = outcomeNoise(outcome, language);
  const confidence = confidenceWords(lifts, language);
  const follows = consequenceTable(outcome, language);
  return (
    <>
      <ReportTable
        table={liftTable(outcome, lifts.overall, language)}
        caption={t('report.outcome.lift', { confidence })}
        notes={notes}
        language={language}
      />
      {lifts.overall.map(
        ({ arm, heterogeneityPValue: p }) =>
          p !== null && (
            <p key={arm}>
              <Said
                sentence={say('report.outcome.heterogeneity', { arm: { name: arm }, p: figures.pValue(p) })}
                language={language}
              />
            </p>
          ),
      )}
      {lifts.cohorts.length > 0 && (
        <ReportTable
          table={liftTable(outcome, lifts.cohorts, language)}
          caption={t('report.outcome.liftInCohorts', { confidence })}
          notes={notes}
          language={language}
        />
      )}
      {follows !== undefined && (
        <ReportTable
          table={follows}
          caption={t('report.outcome.follows')}
          notes={notes}
          language={language}
        />
      )}
    </>
  );
}
