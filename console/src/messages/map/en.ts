// What the map says.

export const map = {
  'nav.map': 'Map',
  'map.title': 'Map',
  'map.label': 'Map with the open incidents',
  'map.here': 'Map: {name}',
  'map.list': 'Open incidents',
  'map.count': { one: '{n} open incident on the map', other: '{n} open incidents on the map' },
  'map.nowhere': { one: '{n} without a place', other: '{n} without a place' },
  'map.no_place': 'no place known',
  'map.empty': 'Nothing is open.',
  'map.nearer': 'Nearer',
  'map.farther': 'Farther away',
  'map.wheel': 'Ctrl and the wheel bring it nearer',
  'map.fingers': 'Two fingers move the map',
  'map.none': 'There is no map.',
  'map.none.not_set': 'None is set up in this centre.',
  'map.none.missing': 'Its file is not there.',
  'map.none.damaged': 'Its file is damaged.',
  'map.none.style': 'Its style cannot be used.',
  'map.none.webgl': 'This browser cannot draw it (WebGL).',
  'map.none.line': 'It could not be fetched.',
};
