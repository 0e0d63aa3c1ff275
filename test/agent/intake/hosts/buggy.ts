/** A reader's process with a bug: it beats, then dies of it. */
process.send?.({ version: 2, is: 'heartbeat' })
setTimeout(() => {
  throw new TypeError('a bug')
}, 50)
