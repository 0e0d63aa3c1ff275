import { startChild } from '../../../../agent/intake/child.ts'

/** A daemon of one reader that tells its test when the reader speaks. */
const child = startChild(() => process.send?.(child.pid))
child.send({ is: 'open', driver: 'sim', options: { port: 1 } })
