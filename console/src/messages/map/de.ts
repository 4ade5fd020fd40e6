// Was die Karte sagt.

export const map = {
  'nav.map': 'Karte',
  'map.title': 'Karte',
  'map.label': 'Karte mit den offenen Vorgängen',
  'map.here': 'Karte: {name}',
  'map.list': 'Offene Vorgänge',
  'map.count': { one: '{n} offener Vorgang auf der Karte', other: '{n} offene Vorgänge auf der Karte' },
  'map.nowhere': { one: '{n} ohne Ort', other: '{n} ohne Ort' },
  'map.no_place': 'kein Ort bekannt',
  'map.empty': 'Nichts ist offen.',
  'map.nearer': 'Näher',
  'map.farther': 'Weiter weg',
  'map.wheel': 'Strg (Ctrl) und Mausrad holen sie näher',
  'map.fingers': 'Zwei Finger bewegen die Karte',
  'map.none': 'Es gibt keine Karte.',
  'map.none.not_set': 'In dieser Leitstelle ist keine eingerichtet.',
  'map.none.missing': 'Ihre Datei ist nicht da.',
  'map.none.damaged': 'Ihre Datei ist beschädigt.',
  'map.none.style': 'Ihr Stil ist nicht brauchbar.',
  'map.none.webgl': 'Dieser Browser kann sie nicht zeichnen (WebGL).',
  'map.none.line': 'Sie ließ sich nicht holen.',
};
