import { invalid, unavailable } from '@chatplatform/kit/errors';
import sharp from 'sharp';
import type { Metadata, OutputInfo, Sharp } from 'sharp';
import { VARIANTS } from '../core/domain/media.ts';
import type { VariantName } from '../core/domain/media.ts';
import type { PictureProcessor, ProcessedPicture } from '../core/ports/picture-processor.ts';
import { createBoundedQueue } from './bounded-queue.ts';

export interface ProcessorOptions {
  /** Pictures with more pixels are refused before they are decoded: a small file can hold a very large one. */
  readonly maxPixels: number;
  readonly concurrency: number;
  readonly maxWaiting: number;
}

/** libvips can read far more (SVG, PDF, TIFF ...). What is not needed is not there to be attacked. */
const LOADERS = [
  'VipsForeignLoadJpegBuffer',
  'VipsForeignLoadPngBuffer',
  'VipsForeignLoadWebpBuffer',
  'VipsForeignLoadNsgifBuffer',
  'VipsForeignLoadHeifBuffer',
];
const TIME_LIMIT_SECONDS = 20;
const ACCEPTED = 'JPEG, PNG, WebP, GIF or AVIF';

export function createSharpProcessor(options: ProcessorOptions): PictureProcessor {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: LOADERS });
  // Parallelism is that of the queue; cached operations would hold the pictures of strangers in memory.
  sharp.concurrency(1);
  sharp.cache(false);
  const queue = createBoundedQueue({
    concurrency: options.concurrency,
    maxWaiting: options.maxWaiting,
    refusal: () =>
      unavailable('media.busy', 'Too many pictures are being processed.', { retryAfterSeconds: 5 }),
  });
  return { process: (file) => queue.run(() => processPicture(file, options.maxPixels)) };
}

async function processPicture(file: Buffer, maxPixels: number): Promise<ProcessedPicture> {
  const open = () => sharp(file, { limitInputPixels: maxPixels, failOn: 'error' });
  const sourceType = contentTypeOf(await readHeader(open, maxPixels));
  try {
    // One decode for both: the raw pixels of the larger are the source of the smaller.
    const { data, info } = await open()
      .autoOrient()
      .resize({ ...fitInside('display'), fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .timeout({ seconds: TIME_LIMIT_SECONDS })
      .toBuffer({ resolveWithObject: true });
    const display = await encode(data, info, 'display');
    const thumbnail = await encode(data, info, 'thumbnail');
    return { sourceType, variants: { thumbnail, display } };
  } catch (error) {
    throw damaged(error);
  }
}

async function encode(pixels: Buffer, { width, height, channels }: OutputInfo, name: VariantName) {
  const { data, info } = await sharp(pixels, { raw: { width, height, channels } })
    .resize({ ...fitInside(name), fit: 'inside', withoutEnlargement: true })
    .webp({ quality: VARIANTS[name].quality })
    .timeout({ seconds: TIME_LIMIT_SECONDS })
    .toBuffer({ resolveWithObject: true });
  return {
    contentType: 'image/webp' as const,
    width: info.width,
    height: info.height,
    bytes: data.length,
    data,
  };
}

function fitInside(name: VariantName): { width: number; height: number } {
  return { width: VARIANTS[name].maxEdge, height: VARIANTS[name].maxEdge };
}

async function readHeader(open: () => Sharp, maxPixels: number): Promise<Metadata> {
  try {
    return await open().metadata();
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (message.includes('pixel limit')) {
      throw invalid(
        'media.too-many-pixels',
        `The picture has more than ${Math.floor(maxPixels / 1e6)} megapixels: make it smaller.`,
      );
    }
    throw message.includes('unsupported image format') ? unsupported() : damaged(error);
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
};

function contentTypeOf({ format, compression }: Metadata): string {
  // HEIF is a container; only with AV1 inside is it AVIF.
  if (format === 'heif' && compression === 'av1') return 'image/avif';
  const contentType = CONTENT_TYPES[format];
  if (contentType === undefined) throw unsupported();
  return contentType;
}

function unsupported(): Error {
  return invalid(
    'media.unsupported-type',
    `The file is not a picture of a supported kind: send ${ACCEPTED}.`,
  );
}

function damaged(cause: unknown): Error {
  return Object.assign(invalid('media.damaged', 'The picture is damaged or not complete: send it again.'), {
    cause,
  });
}
