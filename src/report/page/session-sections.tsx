import type { ReactNode } from 'react';
import { type Language, carriedWords } from '../language.js';
import type { Report } from '../report-schema.js';
import { identifierTable, noiseTable } from '../tables.js';
import { totalWords } from '../words.js';
import { Facts } from './facts.js';
import { Name, harmless } from './names.js';
import { ReportTable } from './report-table.js';

interface Props {
  readonly report: Report;
  readonly language: Language;
}

/** What was told to whom, under which noise, and what it costs together. */
export function PrivacySection({ report, language }: Props): ReactNode {
  const { privacy, mode, answeredFrom } = report;
  const { t, figures } = language;
  const { learned, told, minCell, minList } = privacy;
  const units = [t('report.privacy.units'), t('report.privacy.apart')];
  const total = (of: Report['privacy']['learned']): string =>
    mode === 'psi' ? t('report.privacy.rows') : totalWords(of, language);
  const tables = [
    [learned, t('report.privacy.learnedNoise')],
    [told, t('report.privacy.toldNoise')],
  ] as const;
  return (
    <section>
      <h2>{t('report.privacy.title')}</h2>
      {answeredFrom !== null && <p>{t('report.privacy.replayed', { session: answeredFrom })}</p>}
      <Facts
        facts={[
          [t('report.privacy.learned'), total(learned)],
          [t('report.privacy.told'), total(told)],
          [
            t('report.privacy.least'),
            t('report.privacy.leastKeys', { cell: figures.number(minCell), list: figures.number(minList) }),
          ],
        ]}
      />
      {tables.map(
        ([direction, caption]) =>
          direction.figures.length > 0 && (
            <ReportTable
              key={caption}
              table={noiseTable(direction, language)}
              caption={caption}
              notes={units}
              language={language}
            />
          ),
      )}
      <h3>{t('report.privacy.beside')}</h3>
      <ul>
        {privacy.alsoDisclosed.map((line, i) => (
          <li key={i}>{harmless(carriedWords(line, language))}</li>
        ))}
      </ul>
    </section>
  );
}

/** What became of this side's rows, what the session took, and what both sides signed. */
export function DataSection({ report, language }: Props): ReactNode {
  const { data, engine, timing, bytes, receipts, profile, role } = report;
  const { t, figures } = language;
  const megabytes = (count: number): string => figures.decimal(count / 1e6, 1);
  const seconds = (count: number): string => figures.decimal(count, 1);
  return (
    <section>
      <h2>{t('report.data.title')}</h2>
      <Facts
        facts={[
          [t('report.data.rows'), figures.number(data.rows)],
          [t('report.data.noConsent'), figures.number(data.rowsWithoutConsent)],
          [t('report.data.ambiguous'), figures.number(data.ambiguous)],
          [t('report.data.role'), role],
          [t('report.data.profile'), <Name key="profile" name={profile} language={language} />],
          [
            t('report.data.engine'),
            t('report.data.engineLine', {
              name: engine.name,
              variant: engine.variant,
              threads: engine.threads,
            }),
          ],
          [
            t('report.data.time'),
            t('report.data.timeLine', {
              total: seconds(timing.totalSeconds),
              session: seconds(timing.sessionSeconds),
            }),
          ],
          [
            t('report.data.traffic'),
            t('report.data.trafficLine', {
              sent: megabytes(bytes.sent),
              received: megabytes(bytes.received),
            }),
          ],
        ]}
      />
      {Object.keys(data.byType).length > 0 && (
        <ReportTable
          table={identifierTable(data, language)}
          caption={t('report.match.types')}
          language={language}
        />
      )}
      <h3>{t('report.data.receipts')}</h3>
      <Facts
        facts={[
          [t('report.data.transcript'), <code key="t">{receipts.transcript}</code>],
          [t('report.data.ownSignature'), <code key="o">{receipts.own.signature}</code>],
          [t('report.data.partnerSignature'), <code key="p">{receipts.partner.signature}</code>],
        ]}
      />
    </section>
  );
}
