import type { settings as english } from '../en/settings.js';

export const settings: Readonly<Record<keyof typeof english, string>> = {
  'settings.lead': 'Uw aanmelding, deze browser, en hoe partners deze node kennen.',
  'settings.own': 'Uw token',
  'settings.own.name': 'Naam',
  'settings.own.nameHint': 'Wat u doet, staat onder deze naam in de auditlog.',
  'settings.own.role': 'Rol',
  'settings.own.expires': 'Geldig tot',
  'settings.own.forever': 'Geen einddatum',
  'settings.role.admin':
    'Beslist met wie, op welke voorwaarden en wie een token heeft. Start geen sessies en ziet geen resultaten.',
  'settings.role.operator': 'Voert uit wat is afgesproken: datasets, sessies, schema’s en exports.',
  'settings.role.analyst': 'Leest sessies en rapporten.',
  'settings.role.auditor': 'Leest overeenkomsten, budgetten, tokens en de auditlog. Ziet geen resultaten.',

  'settings.factor': 'Tweede factor',
  'settings.factor.on': 'Aan',
  'settings.factor.off': 'Uit',
  'settings.factor.why':
    'Met een tweede factor is voor aanmelden het token én een code uit een authenticator-app nodig. Het token alleen geeft dan geen toegang.',
  'settings.factor.scripts':
    'Scripts kunnen dit token niet meer gebruiken zodra het een tweede factor heeft: geef ze een eigen token.',
  'settings.factor.start': 'Instellen',
  'settings.factor.remove': 'Uitzetten',
  'settings.factor.setup': 'Een tweede factor instellen',
  'settings.factor.scan': 'Scan dit met een authenticator-app, of voer de sleutel met de hand in.',
  'settings.factor.qr': 'QR-code met de sleutel voor een authenticator-app',
  'settings.factor.key': 'Sleutel',
  'settings.factor.code': 'Code',
  'settings.factor.codeHint': 'De zes cijfers die de app nu toont.',
  'settings.factor.confirm': 'Aanzetten',
  'settings.factor.done': 'De tweede factor staat aan.',
  'settings.factor.removed': 'De tweede factor staat uit.',
  'settings.factor.removeTitle': 'De tweede factor uitzetten',
  'settings.factor.removeWhy': 'Het token alleen geeft dan weer toegang tot uw aanmelding.',

  'settings.tokens': 'Tokens',
  'settings.tokens.lead': 'Iedereen die met deze node werkt, heeft een eigen token met één rol.',
  'settings.tokens.new': 'Nieuw token',
  'settings.tokens.caption': 'Tokens van deze node',
  'settings.tokens.name': 'Naam',
  'settings.tokens.role': 'Rol',
  'settings.tokens.state': 'Toestand',
  'settings.tokens.factor': 'Tweede factor',
  'settings.tokens.expires': 'Geldig tot',
  'settings.tokens.used': 'Laatst gebruikt',
  'settings.tokens.created': 'Gemaakt door',
  'settings.tokens.actions': 'Acties',
  'settings.tokens.never': 'Nooit',
  'settings.tokens.you': 'dit bent u',
  'settings.tokens.empty': 'Er zijn nog geen tokens.',
  'settings.tokens.emptyNext': 'Een beheerder maakt hier het eerste.',
  'settings.tokens.revoke': 'Intrekken',
  'settings.tokens.revokeWhat': '{name} intrekken',
  'settings.tokens.revokeTitle': 'Dit token intrekken?',
  'settings.tokens.revokeWhy':
    'Het geeft daarna geen toegang meer en aanmeldingen ermee eindigen. Dit kan niet ongedaan worden gemaakt; u kunt altijd een nieuw token maken.',
  'settings.tokens.reset': 'Tweede factor uitzetten',
  'settings.tokens.resetWhat': 'Tweede factor uitzetten van {name}',
  'settings.tokens.resetTitle': 'Deze tweede factor uitzetten?',
  'settings.tokens.resetWhy':
    'Doe dit als de eigenaar de authenticator kwijt is. Vergewis u ervan dat de eigenaar er echt zelf om vraagt: het token alleen geeft daarna toegang.',

  'settings.new.title': 'Nieuw token',
  'settings.new.name': 'Naam',
  'settings.new.nameHint':
    'Van de persoon of het programma dat het gaat gebruiken: letters, cijfers, spaties, punten, streepjes en lage streepjes.',
  'settings.new.role': 'Rol',
  'settings.new.expires': 'Geldig tot (mag leeg blijven)',
  'settings.new.expiresHint':
    'Tot het einde van deze dag. Zonder dag is het geldig tot het wordt ingetrokken.',
  'settings.new.make': 'Token maken',
  'settings.new.done': 'Het token is gemaakt',
  'settings.new.once': 'Kopieer het nu: het wordt één keer getoond en nergens bewaard.',
  'settings.new.repeat':
    'Dit token is eerder gemaakt en zijn tekst is toen getoond. Trek het in en maak een ander.',
  'settings.new.secret': 'Token',
  'settings.new.ready': 'Ik heb het',

  'settings.node': 'Deze node',
  'settings.node.party': 'Naam',
  'settings.node.fingerprint': 'Vingerafdruk',
  'settings.node.fingerprintHint':
    'Partners vergelijken die met wat zij voor u hebben ingevoerd, per telefoon of in persoon.',
  'settings.node.software': 'Software',
  'settings.node.engine': 'Rekenmotor',
  'settings.node.started': 'Draait sinds',
  'settings.node.sessions': 'Sessies nu',
  'settings.node.sessionsValue': '{running, number} bezig, {waiting, number} wachtend',

  'settings.browser': 'Deze browser',
  'settings.browser.lead': 'Wordt alleen in deze browser bewaard.',
};
