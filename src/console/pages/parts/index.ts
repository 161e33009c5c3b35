/** What several pages of data and oversight share. */
import './chips.css';

export { Confirm } from './confirm.js';
export { DeedButton, type Deed } from './deed-button.js';
export { DocumentText } from './document-text.js';
export { Form, FormError, errorAt } from './form.js';
export { Gate } from './gate.js';
export { Listed, Shown } from './lists.js';
export { useAgreementNames, useDatasetNames, usePartnerNames, type Names } from './names.js';
