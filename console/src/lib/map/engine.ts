// MapLibre itself: fetched only where a map is shown, since it is larger than the whole desk. Its worker is a file of
// ours, so that the page's policy needs no exception; archives are read through PMTiles, a range at a time.

import { addProtocol, Map as Ground, Marker, NavigationControl, ScaleControl, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { Protocol } from 'pmtiles';
import { degreesOf, type At } from './points';

setWorkerUrl(new URL(workerUrl, location.href).href);
addProtocol('pmtiles', new Protocol().tile);

export interface Words {
  label: string;
  nearer: string;
  farther: string;
  /** How one moves it where the page scrolls. */
  wheel: string;
  fingers: string;
}

/** Raises where there is no WebGL. `center` is longitude first; `within` a page that scrolls the wheel is the page's. */
export function ground(
  container: HTMLElement,
  style: StyleSpecification,
  center: [number, number],
  zoom: number,
  words: Words,
  within: boolean,
): Ground {
  const made = new Ground({
    container,
    style,
    center,
    zoom,
    maxZoom: 20,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    cooperativeGestures: within,
    locale: {
      'Map.Title': words.label,
      'NavigationControl.ZoomIn': words.nearer,
      'NavigationControl.ZoomOut': words.farther,
      'CooperativeGesturesHandler.WindowsHelpText': words.wheel,
      'CooperativeGesturesHandler.MacHelpText': words.wheel.replace('Ctrl', '⌘'),
      'CooperativeGesturesHandler.MobileHelpText': words.fingers,
    },
  });
  made.touchZoomRotate.disableRotation();
  made.keyboard.disableRotation();
  made.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  made.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-left');
  return made;
}

/** A point that is dragged. Whoever cannot drag types it: so it is hidden from whoever is read to. */
export function grip(ground: Ground, text: string, [latitude, longitude]: At, moved: (at: At) => void): Marker {
  const element = document.createElement('div');
  element.className = 'grip';
  element.textContent = text;
  const made = new Marker({ element, draggable: true }).setLngLat([longitude, latitude]).addTo(ground);
  element.ariaHidden = 'true';
  element.tabIndex = -1;
  made.on('drag', () => moved(degreesOf(made.getLngLat())));
  return made;
}
