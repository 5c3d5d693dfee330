import type { Variant, VariantName } from '../domain/media.ts';

export interface ProcessedPicture {
  /** What the file really was, by its content. */
  readonly sourceType: string;
  readonly variants: Readonly<Record<VariantName, Variant & { readonly data: Buffer }>>;
}

export interface PictureProcessor {
  /**
   * Decodes and re-encodes: nothing of the file but its pixels survives.
   * @throws DomainError `invalid`: `media.unsupported-type`, `media.too-many-pixels` or `media.damaged`
   * @throws DomainError `unavailable`: `media.busy`, when too many wait already
   */
  process(file: Buffer): Promise<ProcessedPicture>;
}
