import { ChangeDetectionStrategy, Component, inject, input, resource } from '@angular/core';
import { Session } from '../../api/session.ts';

/** An attached picture. Its links are signed and expire, so they are asked for when it is shown. */
@Component({
  selector: 'chp-picture',
  template: `
    @if (media.value(); as media) {
      <a [href]="media.variants.display.url" target="_blank" rel="noopener">
        <img
          [src]="media.variants.thumbnail.url"
          [width]="media.variants.thumbnail.width"
          [height]="media.variants.thumbnail.height"
          alt="Attached picture"
        />
      </a>
    } @else if (media.error()) {
      <small>This picture cannot be shown.</small>
    }
  `,
  styles: 'img { display: block; margin-top: 0.4rem; border-radius: 0.6rem; max-width: 100%; height: auto; }',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Picture {
  readonly mediaId = input.required<string>();
  private readonly session = inject(Session);
  protected readonly media = resource({
    params: () => this.mediaId(),
    loader: ({ params }) => this.session.api.getMedia(params),
  });
}
