/** A reader's process like any other, until SIGUSR2 sends it into a loop that never ends. */
process.on('SIGUSR2', () => {
  for (;;);
})
await import('../../../../drivers/host.ts')
