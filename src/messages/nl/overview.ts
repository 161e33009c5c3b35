import type { overview as english } from '../en/overview.js';

export const overview: Readonly<Record<keyof typeof english, string>> = {
  'overview.title': 'Overzicht',
  'overview.intro': 'Wat uw aandacht vraagt, wat loopt, en wat het opleverde.',
  'overview.needs.title': 'Vraagt uw aandacht',
  'overview.needs.none':
    'U hoeft nu niets te doen. Hier staan anders aanbiedingen om over te beslissen, alarmen, budgetten dicht bij hun grens, datasets zonder lijst en overeenkomsten die bijna aflopen.',
  'overview.needs.none.analyst': 'U hoeft nu niets te doen: uw token leest sessies en rapporten.',
  'overview.approvals':
    '{count, plural, one {# aanbod om over te beslissen} other {# aanbiedingen om over te beslissen}}',
  'overview.approvals.lapses': 'vervalt {at}',
  'overview.approvals.decide': 'Beslissen',
  'overview.approvals.see': 'Bekijken',
  'overview.alarms': '{count, plural, one {# alarm} other {# alarmen}}',
  'overview.all': 'Alle {count}',
  'overview.alarm.notice': 'Melding',
  'overview.alarm.warning': 'Waarschuwing',
  'overview.alarm.critical': 'Kritiek',
  'overview.alarm.budget-near-end': 'Een privacybudget raakt op',
  'overview.alarm.list-size': 'Een lijst heeft een andere grootte dan eerder',
  'overview.alarm.match-rate': 'Het matchpercentage wijkt ver af van eerder',
  'overview.alarm.near-repeat': 'Bijna dezelfde vraag is opnieuw gesteld',
  'overview.alarm.refusals': 'Een partner is vaak geweigerd',
  'overview.alarm.unknown-peer': 'Een onbekende probeerde te verbinden',
  'overview.alarm.webhook-failed': 'Een webhook is niet bezorgd',
  'overview.alarm.schedule-missed': 'Een geplande uitvoering vond niet plaats',
  'overview.alarm.retention-failed': 'Iets kon niet op tijd worden verwijderd',
  'overview.alarm.audit-broken': 'Het auditlogboek klopt niet',
  'overview.alarm.state-restored': 'De toestand is uit een back-up hersteld',
  'overview.budgets':
    '{count, plural, one {# budget dicht bij de grens} other {# budgetten dicht bij de grens}}',
  'overview.budgets.of': '{spent} van {limit} epsilon uitgegeven',
  'overview.budgets.for': '{partner} over {lineage}',
  'overview.datasets': '{count, plural, one {# dataset zonder lijst} other {# datasets zonder lijst}}',
  'overview.datasets.text':
    'Er is nog geen lijst geladen, dus over de kwaliteit is niets bekend. Een sessie leest de bron zelf.',
  'overview.agreements':
    '{count, plural, one {# overeenkomst loopt bijna af} other {# overeenkomsten lopen bijna af}}',
  'overview.agreements.until': 'tot {until}',
  'overview.running.title': 'Onderweg',
  'overview.running.none': 'Er is geen sessie onderweg.',
  'overview.reports.title': 'Laatste rapporten',
  'overview.reports.none': 'Nog geen rapporten. Elke sessie die eindigt zoals afgesproken levert er een op.',
};
