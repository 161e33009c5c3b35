import { type DataCheck, type DataDefinition, type MeasureColumn, checkData } from '../../data/index.js';
import { VesicaError } from '../../errors.js';
import { IDENTIFIER_TYPES, PROFILES, type IdentifierType, type Profile } from '../../identity/index.js';
import { formatNumber, formatTable } from '../../report/index.js';
import { systemRandom } from '../../system-random.js';
import type { CommandContext } from '../action.js';

/** The options of `vesica data check`, as the command line gives them. */
export interface CheckOptions {
  readonly identifier: readonly string[];
  readonly cohort: readonly string[];
  readonly measure: readonly string[];
  readonly profile: string;
  readonly region?: string;
  readonly delimiter?: string;
  readonly json?: true;
}

/** `vesica data check <file>`: what a session would make of the file. */
export async function checkCommand(
  { print, reporter, signal }: CommandContext,
  path: string,
  options: CheckOptions,
): Promise<void> {
  const profile = PROFILES.find((known) => known === options.profile);
  if (profile === undefined) {
    throw new VesicaError('config/invalid', `--profile must be one of ${PROFILES.join(', ')}`, {
      field: '--profile',
    });
  }
  const progress = reporter.start('reading', 'rows');
  const check = await checkData(definitionOf(path, profile, options), {
    random: systemRandom,
    signal,
    onProgress: ({ rows, totalRows }) => progress.update(rows, totalRows),
  });
  progress.finish();
  print(options.json === true ? `${JSON.stringify(check, null, 2)}\n` : renderCheck(check, profile));
}

function definitionOf(path: string, profile: Profile, options: CheckOptions): DataDefinition {
  return {
    source: path,
    identifiers: Object.fromEntries(options.identifier.map(parseIdentifier)),
    cohorts: options.cohort.length > 0 ? options.cohort : undefined,
    measures: options.measure.map(parseMeasure),
    profile,
    region: options.region,
    csv: { delimiter: options.delimiter },
  };
}

function parseIdentifier(text: string): [string, { type: IdentifierType }] {
  const at = text.lastIndexOf('=');
  const type = IDENTIFIER_TYPES.find((known) => known === text.slice(at + 1));
  if (at < 1 || type === undefined) {
    throw new VesicaError(
      'config/invalid',
      `--identifier must be column=type, with a type of ${IDENTIFIER_TYPES.join(', ')}`,
      {
        field: '--identifier',
      },
    );
  }
  return [text.slice(0, at), { type }];
}

/** Absent values are 0 and values above the bound are the bound; both are counted. Anything else wrong is refused. */
function parseMeasure(text: string): MeasureColumn {
  const [, column, bound, quantum = '1'] = /^(.+)=([^=/]+)(?:\/([^=/]+))?$/.exec(text) ?? [];
  if (column === undefined || bound === undefined) {
    throw new VesicaError('config/invalid', '--measure must be column=bound or column=bound/quantum', {
      field: '--measure',
    });
  }
  const rule = { quantum, bound, aboveBound: 'clamp', betweenQuanta: 'refuse', missing: 'zero' } as const;
  return { name: column, column, rule };
}

function renderCheck({ counts, cells, profiles, refusals }: DataCheck, profile: Profile): string {
  const lines = [`${formatNumber(counts.rows)} rows`];
  if (cells > 0)
    lines.push(
      `${formatNumber(cells)} cells; ${formatNumber(counts.ambiguous)} identifiers lie in two of them`,
    );
  for (const [type, of] of Object.entries(counts.byType)) {
    lines.push('', `${type}: ${formatNumber(of.keys)} match keys`);
    const rows = [
      ['came as SHA-256', of.hashed],
      ['duplicates', of.duplicates],
      ['blank', of.blank],
      ...Object.entries(of.rejected).map(([reason, count]) => [`rejected: ${reason}`, count] as const),
    ].map(([name, count]) => [String(name), formatNumber(Number(count))]);
    lines.push(...formatTable(['', ''], rows).slice(1));
    const check = profiles[type as IdentifierType];
    for (const { profiles: pair, differing: lost } of check?.differences ?? []) {
      if (!pair.includes(profile) || lost === 0) continue;
      const other = pair.find((name) => name !== profile) ?? '';
      lines.push(
        `  ${formatNumber(lost)} of ${formatNumber(check?.compared ?? 0)} would not match a partner who uses ${other}`,
      );
    }
  }
  for (const [name, of] of Object.entries(counts.measures)) {
    lines.push('', `${name}: ${formatNumber(of.keysAboveZero)} match keys above 0`);
    const { refused = 0, first = null } = refusals[name] ?? {};
    const rows = [
      ['values', of.values],
      ['missing', of.missing],
      ['values above the bound', of.clampedRows],
      ['match keys above the bound', of.clampedKeys],
      ['refused', refused],
    ].map(([label, count]) => [String(label), formatNumber(Number(count))]);
    lines.push(...formatTable(['', ''], rows).slice(1));
    if (first !== null) lines.push(`  first: ${first}`);
  }
  return `${lines.join('\n')}\n`;
}
