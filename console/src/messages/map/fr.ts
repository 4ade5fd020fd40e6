// Ce que dit la carte.

export const map = {
  'nav.map': 'Carte',
  'map.title': 'Carte',
  'map.label': 'Carte des incidents ouverts',
  'map.here': 'Carte : {name}',
  'map.list': 'Incidents ouverts',
  'map.count': { one: '{n} incident ouvert sur la carte', other: '{n} incidents ouverts sur la carte' },
  'map.nowhere': { one: '{n} sans lieu', other: '{n} sans lieu' },
  'map.no_place': 'lieu inconnu',
  'map.empty': 'Rien n’est ouvert.',
  'map.nearer': 'Plus près',
  'map.farther': 'Plus loin',
  'map.wheel': 'Ctrl et la molette rapprochent la carte',
  'map.fingers': 'Deux doigts déplacent la carte',
  'map.none': 'Il n’y a pas de carte.',
  'map.none.not_set': 'Aucune n’est installée dans ce centre.',
  'map.none.missing': 'Son fichier manque.',
  'map.none.damaged': 'Son fichier est endommagé.',
  'map.none.style': 'Son style est inutilisable.',
  'map.none.webgl': 'Ce navigateur ne peut pas la dessiner (WebGL).',
  'map.none.line': 'Elle n’a pas pu être chargée.',
};
