const JST_MS = 9 * 60 * 60 * 1000

/** Epoch ms as RFC 3339 in `+09:00`, whole seconds. */
export const jst = (ms: number): string =>
  `${new Date(ms + JST_MS).toISOString().slice(0, 19)}+09:00`
