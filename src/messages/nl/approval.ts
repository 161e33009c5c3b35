import type { approval as english } from '../en/approval.js';

export const approval: Readonly<Record<keyof typeof english, string>> = {
  'approval.title': 'Over een aanbod beslissen',
  'approval.from': '{partner} vraagt om: {mode}',
  'approval.until': 'Aangeboden {at}; vervalt {until}.',
  'approval.purpose': 'voor {purpose}',
  'approval.over.title': 'Er valt niets te beslissen',
  'approval.over.text': 'Deze sessie is: {state}.',
  'approval.over.own': 'Dit knooppunt heeft de sessie gestart; de partner beslist.',
  'approval.over.given': 'Al goedgekeurd, door {name}.',
  'approval.over.link': 'Sessie bekijken',
  'approval.dataset.legend': 'Met welke van uw datasets?',
  'approval.dataset.none':
    'De overeenkomst noemt geen passende actieve dataset. Een beheerder voegt er een toe, of u wijst het aanbod af.',
  'approval.dataset.choose': 'Kies een dataset om te zien wat het kost en wie wat te weten komt.',
  'approval.difference.title': 'Verschil met de overeenkomst',
  'approval.difference.none': 'Het aanbod vraagt precies wat is afgesproken.',
  'approval.difference.some':
    '{count, plural, one {Eén voorwaarde is strenger dan afgesproken} other {# voorwaarden zijn strenger dan afgesproken}}; dat mag.',
  'approval.difference.outside':
    '{count, plural, one {Eén voorwaarde valt buiten de overeenkomst} other {# voorwaarden vallen buiten de overeenkomst}}: het knooppunt weigert het aanbod.',
  'approval.difference.caption': 'Voorwaarden van het aanbod naast die van de overeenkomst',
  'approval.difference.term': 'Voorwaarde',
  'approval.difference.agreed': 'Afgesproken',
  'approval.difference.asked': 'Gevraagd',
  'approval.difference.verdict': 'Verschil',
  'approval.verdict.same': 'zoals afgesproken',
  'approval.verdict.within': 'binnen de afspraak',
  'approval.verdict.stricter': 'strenger',
  'approval.verdict.outside': 'buiten de overeenkomst',
  'approval.approve': 'Goedkeuren',
  'approval.reject': 'Afwijzen',
  'approval.approve.title': 'Deze sessie goedkeuren?',
  'approval.approve.text':
    'Zij begint zodra de partner verbonden is. Wat zij de partner vertelt, kan niet worden teruggenomen.',
  'approval.approve.cost': 'Zij kost epsilon {epsilon}; daarna is er {left} over voor {partner}.',
  'approval.approve.free': 'Zij kost geen budget.',
  'approval.reject.title': 'Dit aanbod afwijzen?',
  'approval.reject.text': 'De partner hoort dat u weigert, zonder reden. De partner kan opnieuw aanbieden.',
  'approval.think': 'Nu niet',
  'approval.role': 'Alleen een operator kan over aanbiedingen beslissen.',
};
