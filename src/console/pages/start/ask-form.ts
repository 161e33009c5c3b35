import type { Agreement, Dataset, NewSession, Session, SessionAsk } from '../../../admin/index.js';

type Mode = SessionAsk['mode'];
type Identifier = NonNullable<SessionAsk['identifierTypes']>[number];
type Disclosure = NonNullable<SessionAsk['disclosure']>;

/** What the form holds; texts are as they are typed. */
export interface AskForm {
  readonly agreement: string;
  readonly dataset: string;
  readonly mode: Mode | '';
  readonly purpose: string;
  readonly identifiers: readonly Identifier[];
  readonly measures: readonly string[];
  readonly disclosure: Disclosure | '';
  readonly epsilon: string;
  readonly minList: string;
  readonly minCell: string;
  readonly onUnanswered: 'refuse' | 'charge';
}

export type AskField = keyof AskForm;

export const EMPTY_FORM: AskForm = {
  agreement: '',
  dataset: '',
  mode: '',
  purpose: '',
  identifiers: [],
  measures: [],
  disclosure: '',
  epsilon: '',
  minList: '',
  minCell: '',
  onUnanswered: 'refuse',
};

/** What an agreement and a dataset leave to choose. */
export interface Choices {
  readonly modes: readonly Mode[];
  readonly purposes: readonly string[];
  readonly identifiers: readonly Identifier[];
  readonly measures: readonly Agreement['terms']['measures'][number][];
  readonly disclosures: readonly Disclosure[];
}

/** The modes that the agreement has with the role of this dataset, and what else both allow. */
export function choicesOf({ terms, ownParty }: Agreement, { definition }: Dataset): Choices {
  const isOwnRole = ({ roles }: (typeof terms.uses)[number]): boolean => roles[ownParty] === definition.role;
  const types = new Set(Object.values(definition.data.identifiers).map(({ type }) => type));
  const own = definition.data.measures?.map(({ name }) => name);
  return {
    modes: [...new Set(terms.uses.filter(isOwnRole).map(({ mode }) => mode))],
    purposes: terms.purposes,
    identifiers: terms.identifierTypes.filter((type) => types.has(type)),
    measures: terms.measures.filter(({ name }) => own?.includes(name) ?? true),
    disclosures: terms.privacy.disclosures,
  };
}

/** The form with what has only one choice chosen, and what is no choice any more taken back. */
export function settled(form: AskForm, agreement: Agreement, dataset: Dataset): AskForm {
  const { modes, purposes, identifiers, measures, disclosures } = choicesOf(agreement, dataset);
  const { privacy } = agreement.terms;
  const mode = kept(form.mode, modes);
  const types = form.identifiers.filter((type) => identifiers.includes(type));
  const names = measures.map(({ name }) => name);
  const chosen = form.measures.filter((name) => names.includes(name));
  return {
    ...form,
    mode,
    purpose: kept(form.purpose, purposes),
    identifiers: types.length > 0 ? types : mode === 'psi' || identifiers.length === 1 ? identifiers : [],
    measures: chosen.length > 0 ? chosen : names,
    disclosure: mode === 'psi-ca' ? kept(form.disclosure, disclosures) || (disclosures[0] ?? '') : '',
    epsilon: form.epsilon === '' ? privacy.epsilonPerRelease : form.epsilon,
    minList: form.minList === '' ? String(privacy.minList) : form.minList,
    minCell: form.minCell === '' ? String(privacy.minCell) : form.minCell,
  };
}

function kept<Value extends string>(value: Value | '', allowed: readonly Value[]): Value | '' {
  if (value !== '' && allowed.includes(value)) return value;
  return allowed.length === 1 ? (allowed[0] ?? '') : '';
}

/** Whether the answer is noisy, and so paid from the budget. */
export function isNoisy({ mode, disclosure }: AskForm): boolean {
  return mode === 'aggregate' || (mode === 'psi-ca' && disclosure === 'dp');
}

const DECIMAL = /^\d{1,6}(\.\d{1,20})?$/;
const WHOLE = /^\d{1,9}$/;

/** What is missing or cannot be, before the node is asked: fields with the message that says so. */
export function faultsOf(form: AskForm, agreement: Agreement): Partial<Record<AskField, Fault>> {
  const { privacy } = agreement.terms;
  const faults: Partial<Record<AskField, Fault>> = {};
  if (form.mode === '') faults.mode = { key: 'start.ask.choose' };
  if (form.purpose === '') faults.purpose = { key: 'start.ask.choose' };
  if (form.identifiers.length === 0) faults.identifiers = { key: 'start.ask.choose.some' };
  else if (form.mode !== 'psi' && form.identifiers.length > 1)
    faults.identifiers = { key: 'start.ask.choose' };
  if (form.mode === 'psi-ca' && form.disclosure === '') faults.disclosure = { key: 'start.ask.choose' };
  const epsilon = DECIMAL.test(form.epsilon) ? Number(form.epsilon) : 0;
  if (isNoisy(form) && !(epsilon > 0 && epsilon <= Number(privacy.epsilonPerRelease))) {
    faults.epsilon = { key: 'start.ask.epsilon.bad', values: { max: privacy.epsilonPerRelease } };
  }
  for (const field of ['minList', 'minCell'] as const) {
    const least = privacy[field];
    if (WHOLE.test(form[field]) && Number(form[field]) >= least) continue;
    faults[field] = { key: 'start.ask.least.bad', values: { least } };
  }
  return faults;
}

export interface Fault {
  readonly key:
    'start.ask.choose' | 'start.ask.choose.some' | 'start.ask.epsilon.bad' | 'start.ask.least.bad';
  readonly values?: Readonly<Record<string, string | number>>;
}

/** What is sent. The form must be without faults. */
export function requestOf(form: AskForm, dataset: Dataset): NewSession {
  const { mode, disclosure } = form;
  if (mode === '') throw new TypeError('a form without a mode is not sent');
  const ask: SessionAsk = {
    mode,
    role: dataset.definition.role,
    purpose: form.purpose,
    identifierTypes: [...form.identifiers],
    minList: Number(form.minList),
    minCell: Number(form.minCell),
    ...(isNoisy(form) ? { epsilon: form.epsilon } : {}),
    ...(mode === 'psi-ca' && disclosure !== '' ? { disclosure } : {}),
    ...(mode === 'aggregate' ? { measures: [...form.measures] } : {}),
  };
  return { agreement: form.agreement, dataset: form.dataset, ask, onUnanswered: form.onUnanswered };
}

/** The form that asks what a session asked, which this node started. */
export function formLike({ agreementId, datasetId, terms }: Session): AskForm {
  const { mode, disclosure } = terms;
  return {
    ...EMPTY_FORM,
    agreement: agreementId ?? '',
    dataset: datasetId ?? '',
    mode,
    purpose: terms.purpose,
    identifiers: terms.keyTypes,
    measures: terms.measures.map(({ name }) => name),
    disclosure: disclosure === 'rows' ? '' : disclosure,
    epsilon: disclosure === 'dp' ? terms.epsilon : '',
    minList: String(terms.minList),
    minCell: String(terms.minCell),
  };
}

/** The step of the form that each field is on. */
export const STEPS = ['agreement', 'dataset', 'ask', 'check'] as const;
export type Step = (typeof STEPS)[number];

/** The field of the form that a refusal is about, by the field that the node names. */
export function fieldOf(field: string | undefined): AskField | undefined {
  const name = (field ?? '').split(/[./]/).filter(Boolean).at(-1) ?? '';
  return FIELDS[name];
}

const FIELDS: Readonly<Record<string, AskField>> = {
  agreement: 'agreement',
  partner: 'agreement',
  profile: 'agreement',
  dataset: 'dataset',
  role: 'dataset',
  mode: 'mode',
  purpose: 'purpose',
  identifierTypes: 'identifiers',
  identifiers: 'identifiers',
  measures: 'measures',
  disclosure: 'disclosure',
  epsilon: 'epsilon',
  delta: 'epsilon',
  minList: 'minList',
  minCell: 'minCell',
  onUnanswered: 'onUnanswered',
};

export function stepOf(field: AskField | undefined): Step {
  if (field === undefined) return 'check';
  return field === 'agreement' || field === 'dataset' ? field : 'ask';
}
