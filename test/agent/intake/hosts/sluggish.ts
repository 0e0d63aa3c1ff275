/** A reader's process of a box at its limits: it lives, and then hears nothing for longer than is usual. */
const SLUGGISH_MS = 4_000
await import('../../../../drivers/host.ts')
const until = performance.now() + SLUGGISH_MS
while (performance.now() < until);

export {}
