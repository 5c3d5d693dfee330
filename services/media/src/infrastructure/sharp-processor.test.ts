import { deflateSync, crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { PictureProcessor } from '../core/ports/picture-processor.ts';
import { createSharpProcessor } from './sharp-processor.ts';

let processor: PictureProcessor;
beforeAll(() => {
  processor = createSharpProcessor({ maxPixels: 10_000_000, concurrency: 2, maxWaiting: 8 });
});

/** Left half red, right half blue. */
function twoColours(width: number, height: number) {
  const right = {
    create: { width: Math.floor(width / 2), height, channels: 3 as const, background: 'blue' },
  };
  return sharp({ create: { width, height, channels: 3, background: 'red' } }).composite([
    { input: right, left: Math.ceil(width / 2), top: 0 },
  ]);
}

async function colourAt(picture: Buffer, x: number, y: number): Promise<string> {
  const { data, info } = await sharp(await toPng(picture))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const offset =
    (Math.floor(y * (info.height - 1)) * info.width + Math.floor(x * (info.width - 1))) * info.channels;
  const [red = 0, , blue = 0] = data.subarray(offset, offset + 3);
  return red > blue ? 'red' : 'blue';
}
const toPng = (picture: Buffer): Promise<Buffer> => sharp(picture).png().toBuffer();

/** A PNG of one colour, tiny as a file whatever its size in pixels. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(8 + data.length + 4);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), 8 + data.length);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * Math.min(height, 64)));
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('the picture processor', () => {
  it.each([
    ['image/jpeg', () => twoColours(2000, 1000).jpeg()],
    ['image/png', () => twoColours(2000, 1000).png()],
    ['image/webp', () => twoColours(2000, 1000).webp()],
    ['image/gif', () => twoColours(2000, 1000).gif()],
    ['image/avif', () => twoColours(2000, 1000).avif({ effort: 0 })],
    ['image/png', () => twoColours(2000, 1000).toColourspace('rgb16').png()],
    ['image/jpeg', () => twoColours(2000, 1000).toColourspace('cmyk').jpeg()],
  ])('makes both variants of %s', async (sourceType, picture) => {
    const result = await processor.process(await picture().toBuffer());
    expect(result.sourceType).toBe(sourceType);
    const { display, thumbnail } = result.variants;
    expect([display.width, display.height, thumbnail.width, thumbnail.height]).toEqual([1600, 800, 256, 128]);
    for (const { data, bytes, width, height } of [display, thumbnail]) {
      expect(data).toHaveLength(bytes);
      expect(await sharp(data).metadata()).toMatchObject({ format: 'webp', width, height });
      expect([await colourAt(data, 0.1, 0.5), await colourAt(data, 0.9, 0.5)]).toEqual(['red', 'blue']);
    }
  });

  it('keeps transparency, and does not enlarge a small picture', async () => {
    const clear = sharp({
      create: { width: 40, height: 20, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    });
    const { variants } = await processor.process(await clear.png().toBuffer());
    expect([variants.display.width, variants.thumbnail.width]).toEqual([40, 40]);
    expect((await sharp(variants.display.data).stats()).isOpaque).toBe(false);
  });

  it('turns the picture as its EXIF says and drops EXIF, place and comments', async () => {
    const exif = { IFD0: { Copyright: 'secret-owner' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } };
    const file = await twoColours(400, 200).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await sharp(file).metadata()).orientation).toBe(6);
    const { display } = (await processor.process(file)).variants;
    expect([display.width, display.height]).toEqual([200, 400]);
    expect([await colourAt(display.data, 0.5, 0.1), await colourAt(display.data, 0.5, 0.9)]).toEqual([
      'red',
      'blue',
    ]);
    const metadata = await sharp(display.data).metadata();
    expect([metadata.exif, metadata.xmp, metadata.iptc, metadata.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(display.data.includes('secret-owner')).toBe(false);
  });

  it('takes the first frame of an animation', async () => {
    const frames = await Promise.all(
      ['red', 'blue'].map((background) =>
        sharp({ create: { width: 30, height: 30, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const animation = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    const { display } = (await processor.process(animation)).variants;
    expect([display.width, display.height]).toEqual([30, 30]);
    expect(await colourAt(display.data, 0.5, 0.5)).toBe('red');
  });

  it('refuses a small file of very many pixels without decoding it', async () => {
    const bomb = pngHeader(50_000, 50_000);
    expect(bomb.length).toBeLessThan(2_000);
    await expect(processor.process(bomb)).rejects.toMatchObject({
      code: 'media.too-many-pixels',
      kind: 'invalid',
    });
  });

  it.each([
    [
      'an SVG',
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      ),
    ],
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>')],
    ['noise', Buffer.from(Array.from({ length: 999 }, (_, index) => (index * 7919) % 251))],
  ])('refuses %s', async (_what, file) => {
    await expect(processor.process(file)).rejects.toMatchObject({
      code: 'media.unsupported-type',
      kind: 'invalid',
    });
  });

  it('refuses TIFF, which libvips could read', async () => {
    const tiff = await twoColours(20, 20).tiff().toBuffer();
    await expect(processor.process(tiff)).rejects.toMatchObject({ code: 'media.unsupported-type' });
  });

  it('says of half a picture that it is damaged', async () => {
    const whole = await twoColours(800, 800).jpeg().toBuffer();
    await expect(processor.process(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({
      code: 'media.damaged',
    });
    await expect(processor.process(pngHeader(500, 500))).rejects.toMatchObject({ code: 'media.damaged' });
  });
});
