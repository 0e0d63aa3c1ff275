import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type Following, follow } from '../bed/machine/follow.ts'
import type { Ran } from '../bed/machine.ts'

/** Commands to test/vm/box/usr/local/sbin/bed-shell, which says how they are asked and answered. */

/** Of a line that is waited for, where the test says nothing. */
const UNTIL_MS = 600_000
/** What `timeout -s KILL` ends with. */
const KILLED = 137
/** The machine ends the command; beyond that it is the machine that hangs. */
const BEYOND_MS = 60_000

export async function runIn(
  port: number,
  line: string,
  input: string,
  timeoutMs: number,
): Promise<Ran> {
  const [asked, given] = [Buffer.from(line), Buffer.from(input)]
  const socket = connect(port, '127.0.0.1')
  const late = setTimeout(
    () => socket.destroy(new Error(`the machine is silent: ${line}`)),
    timeoutMs + BEYOND_MS,
  )
  try {
    await once(socket, 'connect')
    const head = `run ${Math.ceil(timeoutMs / 1_000)} ${asked.length} ${given.length}\n`
    socket.write(Buffer.concat([Buffer.from(head), asked, given]))
    const answer = await buffer(socket)
    const end = answer.indexOf('\n')
    const [, code, out, err] = /^(\d+) (\d+) (\d+)$/.exec(answer.toString('utf8', 0, end)) ?? []
    const bytes = answer.subarray(end + 1)
    if (code === undefined || bytes.length !== Number(out) + Number(err))
      throw new Error(`the machine went away: ${line}`)
    const stdout = bytes.toString('utf8', 0, Number(out))
    const stderr = bytes.toString('utf8', Number(out))
    return { code: Number(code) === KILLED ? null : Number(code), stdout, stderr }
  } finally {
    clearTimeout(late)
    socket.destroy()
  }
}

export function followIn(port: number, line: string): Following {
  const asked = Buffer.from(line)
  const socket = connect(port, '127.0.0.1')
  // A machine whose power is cut breaks off; `close` follows.
  socket.on('error', (error) => said.push(error.message))
  const said: string[] = []
  socket.write(Buffer.concat([Buffer.from(`follow ${asked.length}\n`), asked]))
  const program = {
    stdout: socket,
    stderr: null,
    on: (event: 'close', listener: () => void) => socket.on(event, listener),
    kill: () => socket.destroy(),
  }
  return follow(program, UNTIL_MS)
}
