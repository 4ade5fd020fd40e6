// Lo que dice el mapa.

export const map = {
  'nav.map': 'Mapa',
  'map.title': 'Mapa',
  'map.label': 'Mapa de los incidentes abiertos',
  'map.here': 'Mapa: {name}',
  'map.list': 'Incidentes abiertos',
  'map.count': { one: '{n} incidente abierto en el mapa', other: '{n} incidentes abiertos en el mapa' },
  'map.nowhere': { one: '{n} sin lugar', other: '{n} sin lugar' },
  'map.no_place': 'lugar desconocido',
  'map.empty': 'No hay nada abierto.',
  'map.nearer': 'Más cerca',
  'map.farther': 'Más lejos',
  'map.wheel': 'Ctrl y la rueda acercan el mapa',
  'map.fingers': 'Dos dedos mueven el mapa',
  'map.none': 'No hay mapa.',
  'map.none.not_set': 'En este centro no hay ninguno.',
  'map.none.missing': 'Falta su archivo.',
  'map.none.damaged': 'Su archivo está dañado.',
  'map.none.style': 'Su estilo no sirve.',
  'map.none.webgl': 'Este navegador no puede dibujarlo (WebGL).',
  'map.none.line': 'No se pudo cargar.',
};
