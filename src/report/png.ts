import { SluiceError } from '../domain/errors.js';

const SCALE = 2;
const PROBE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="15" font-family="sans-serif">x</text></svg>';

/**
 * A picture of an SVG, twice its size.
 * @throws {SluiceError} USAGE where this machine can't draw one: no binary for its platform, or no font, without which text would be missing
 */
export async function toPng(svg: string): Promise<Buffer> {
  const { Resvg } = await import('@resvg/resvg-js').catch((error: unknown) => {
    throw new SluiceError('USAGE', `PNG can't be drawn on ${process.platform}/${process.arch}: write an .svg`, {
      cause: error,
    });
  });
  const font = { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans', sansSerifFamily: 'DejaVu Sans' };
  if (new Resvg(PROBE, { font }).getBBox() === undefined)
    throw new SluiceError(
      'USAGE',
      'no font is installed, and a PNG would have no text: install one (DejaVu Sans), or write an .svg',
    );
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: SCALE } }).render().asPng();
}
