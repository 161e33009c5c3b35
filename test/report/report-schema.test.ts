import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { Compile } from 'typebox/compile';
import { beforeAll, describe, expect, it } from 'vitest';
import { VesicaError } from '../../src/errors.js';
import { buildReport } from '../../src/report/index.js';
import { REPORT_SCHEMA } from '../../src/report/report-schema.js';
import { hasReferenceData } from '../support/reference-data.js';
import { TERMS } from '../support/session-pair.js';
import { CONTROL, MENS, WOMENS, advertiserInput, hillstromInput } from './hillstrom.js';
import { INVENTORY, inputOf, outcomeOf, sampleReport } from './sample.js';

const path = fileURLToPath(new URL('../../protocol-spec/report.schema.json', import.meta.url));
let generated: string;

// `npm run vectors` sets the variable: the file is then written before it is compared.
beforeAll(async () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:vesica:report-1',
    title: 'Report of one Vesica session, as one side saw it',
    ...REPORT_SCHEMA,
  };
  generated = await format(JSON.stringify(schema), { parser: 'json', printWidth: 110 });
  if (process.env['VESICA_WRITE_VECTORS'] !== undefined) writeFileSync(path, generated);
});

/** A validator made from the file, as somebody else would make it. */
const validator = () => Compile(JSON.parse(readFileSync(path, 'utf8')) as object);

describe('protocol-spec/report.schema.json', () => {
  it('is up to date', () => {
    expect(readFileSync(path, 'utf8') === generated, 'run `npm run vectors`').toBe(true);
  });

  it('accepts the report of every mode, as JSON', () => {
    const psi = buildReport(
      inputOf({
        terms: { ...TERMS, initiatorRole: 'both' },
        outcome: { ...outcomeOf(INVENTORY, undefined), result: { kind: 'rows', matched: Uint32Array.of(1) } },
      }),
    );
    const exact = buildReport(
      inputOf({
        terms: { ...inputOf().terms, mode: 'psi-ca', initiatorRole: 'sender', disclosure: 'exact' },
      }),
    );
    const { outcome } = inputOf();
    const replayed = buildReport(
      inputOf({
        outcome: {
          ...outcome,
          answeredFrom: new Uint8Array(32),
          notKept: new VesicaError('ledger/unwritable', 'no room'),
        },
      }),
    );
    for (const report of [sampleReport(), psi, exact, replayed]) {
      const errors = validator().Errors(JSON.parse(JSON.stringify(report)));
      expect(errors, report.mode).toEqual([]);
    }
  });

  it.runIf(hasReferenceData)('accepts every variety of measures, as JSON', () => {
    const experiment = {
      shares: { [MENS]: 1, [WOMENS]: 1, [CONTROL]: 1 },
      costs: { [MENS]: 1250.5 },
      exposure: { column: 'segment', exposed: '1) $0 - $100' },
    };
    const varieties = [
      hillstromInput(),
      hillstromInput({ experiment }),
      hillstromInput({ spendStatistic: 'sum', experiment }),
      advertiserInput('shared'),
      advertiserInput('kept', { experiment }),
    ];
    for (const input of varieties) {
      const report: unknown = JSON.parse(JSON.stringify(buildReport(input)));
      expect(validator().Errors(report)).toEqual([]);
    }
  });

  it('says of every field what it is', () => {
    const bare: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties, items, anyOf } = schema as Record<string, unknown>;
      for (const [key, field] of Object.entries(properties ?? {})) {
        if (!/\S/.test((field as { description?: string }).description ?? '')) bare.push(`${path}.${key}`);
        walk(field, `${path}.${key}`);
      }
      walk(items, `${path}[]`);
      for (const option of (anyOf as unknown[] | undefined) ?? []) walk(option, path);
    };
    walk(JSON.parse(readFileSync(path, 'utf8')), '');
    expect(bare).toEqual([]);
  });

  it('accepts the lift of arms that nobody in them makes computable', () => {
    const report = buildReport(inputOf({ outcome: outcomeOf(INVENTORY, [0, 0, 0, 0]) }));
    expect(report.lift!.overall[0]!.lift.relative.value).toBeNull();
    expect(validator().Errors(JSON.parse(JSON.stringify(report)))).toEqual([]);
  });

  it.each(Object.keys(REPORT_SCHEMA.properties))('refuses a report without %s', (key) => {
    const report: Record<string, unknown> = { ...sampleReport() };
    Reflect.deleteProperty(report, key);
    expect(validator().Check(report)).toBe(false);
  });

  it('refuses keys that it does not know, at the top and below', () => {
    const report = sampleReport();
    expect(validator().Check({ ...report, extra: 1 })).toBe(false);
    expect(validator().Check({ ...report, bytes: { ...report.bytes, extra: 1 } })).toBe(false);
    expect(validator().Check({ ...report, mode: 'join' })).toBe(false);
  });
});
