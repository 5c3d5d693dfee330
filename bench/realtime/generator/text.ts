/** What every message says: as long as what people write. */
export const TEXT = 'The train is late again, start without me and keep a seat near the window.';
