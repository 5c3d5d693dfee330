/** Every picture is kept in these sizes and in no other: the file as it came is never stored, let alone served. */
export const VARIANTS = {
  thumbnail: { maxEdge: 256, quality: 75 },
  display: { maxEdge: 1600, quality: 82 },
} as const;

export type VariantName = keyof typeof VARIANTS;
export const VARIANT_NAMES = Object.keys(VARIANTS) as VariantName[];

export function isVariantName(name: string): name is VariantName {
  return Object.hasOwn(VARIANTS, name);
}

export interface Variant {
  readonly contentType: 'image/webp';
  /** Pixels, orientation applied. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

export interface Media {
  readonly id: string;
  readonly ownerId: string;
  readonly createdAt: Date;
  readonly variants: Readonly<Record<VariantName, Variant>>;
}

/** The object store's key. Made of the id, so that serving needs no database. */
export function objectKey(mediaId: string, variant: VariantName): string {
  return `${mediaId}/${variant}.webp`;
}

const KEY = /^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\/[a-z]+\.webp$/;

/** The medium an object belongs to; null for what this service did not write. */
export function mediaIdOf(key: string): string | null {
  return KEY.exec(key)?.[1] ?? null;
}

/** No UUIDv7 of that time or later is smaller. */
export function firstIdAt(time: Date): string {
  const hex = time.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
}

/** A UUIDv7 begins with the milliseconds of its making. */
export function idCreatedAt(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}
