/** The machine that runs the virtual one, as the virtual one sees its loopback. [qemu, user network] */
export const HOST = '10.0.2.2'

/** Port of a device's far end there. */
export const portOf = (device: 'SERIAL' | 'CCID'): number => {
  const port = Number(process.env[`${device}_PORT`])
  if (!Number.isInteger(port))
    throw new Error('this runs in the virtual machine of npm run test:vm')
  return port
}
