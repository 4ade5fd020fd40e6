// Where a report or a call says it is: a site, a position or words. Empty fields are not sent.

export interface PlaceForm {
  how: 'site' | 'position' | 'text';
  site: string;
  latitude: string;
  longitude: string;
  text: string;
}

export function emptyPlace(how: PlaceForm['how']): PlaceForm {
  return { how, site: '', latitude: '', longitude: '', text: '' };
}

/** The body's `place`, or null while the form is not complete. */
export function placeOf(form: PlaceForm): Record<string, unknown> | null {
  if (form.how === 'site') return form.site.trim() ? { site: form.site.trim() } : null;
  if (form.how === 'text') return form.text.trim() ? { text: form.text.trim() } : null;
  const [latitude, longitude] = [degrees(form.latitude, 90), degrees(form.longitude, 180)];
  return latitude === null || longitude === null ? null : { position: { latitude, longitude } };
}

function degrees(text: string, most: number): number | null {
  const value = text.trim() === '' ? NaN : Number(text.replace(',', '.'));
  return Math.abs(value) <= most ? value : null;
}
