/** A reader's process of another release. */
process.send?.({ version: 99, is: 'heartbeat' })
setInterval(() => undefined, 1_000)
