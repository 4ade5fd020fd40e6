// A picture leaves the phone small: the centre keeps coarse blocks of it and nothing else, so more would be sent in vain.

const SIDE = 1_280;
const QUALITY = 0.7;

/** The picture drawn anew as a JPEG; as it is where this browser cannot draw it, and then the centre says why not. */
export async function small(picture: Blob): Promise<Blob> {
  try {
    const drawn = await createImageBitmap(picture);
    const scale = Math.min(1, SIDE / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Math.round(drawn.width * scale), Math.round(drawn.height * scale)];
    canvas.getContext('2d')?.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    drawn.close();
    return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? picture), 'image/jpeg', QUALITY));
  } catch {
    return picture;
  }
}
