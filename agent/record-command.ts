import { closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Check } from 'typebox/value'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { ReaderEvent } from '../drivers/driver.ts'
import type { Io } from '../drivers/io/io.ts'
import { nativeIo } from '../drivers/io/native.ts'
import { recordReader } from '../drivers/record/live.ts'
import { linesOf } from '../drivers/record/recording.ts'
import { callControl } from './api/control-client.ts'
import { ReaderList } from './api/readers.ts'
import { AgentError } from './kernel/errors.ts'
import { openNewFile } from './new-file.ts'

/** Time to put a card down and take it away a few times. */
const DEFAULT_SECONDS = 60
const LIMIT_SECONDS = 3_600

interface Values {
  readonly config: string
  readonly out?: string | undefined
  readonly seconds?: string | undefined
}

const usage = (message: string) =>
  new AgentError('USAGE', `onshi-agent readers record NAME --out FILE [--seconds N]: ${message}`)

/**
 * `onshi-agent readers record`: drives a configured reader in this process until time is up or a
 * signal comes, and writes what passed between driver and device, masked. Gives what to print.
 * Throws USAGE, NOT_FOUND, READER_BUSY where the running agent holds a device that cannot be shared,
 * FILE_UNWRITABLE where the file cannot be written, and what is wrong with the configuration.
 */
export async function recordCommand(
  name: string,
  { config: configPath, out, seconds = String(DEFAULT_SECONDS) }: Values,
  io: Io = nativeIo,
): Promise<string> {
  if (out === undefined) throw usage('say where to, with --out')
  const limitMs = secondsIn(seconds) * 1_000
  const config = loadConfig(configPath)
  const { driver, options } = readerNamed(config, name)
  await aside(config, name, driver)
  // At once, and not after a minute of work.
  const file = openNewFile(out)

  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), limitMs)
  const interrupt = () => stop.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  say(
    `Recording ${name} for ${seconds} s; Ctrl-C ends it. カードを置き、離してください。Ctrl-C で終わります。\n`,
  )
  try {
    const wish = { driver, options, release: release() }
    const { recording, released } = await recordReader(wish, io, tell, stop.signal)
    writeFileSync(file, linesOf(recording))
    const done = `${out}: ${recording.entries.length} entries, masked. ${MASKED}\n`
    return released ? done : `${done}${NOT_RELEASED}`
  } catch (error) {
    rmSync(out)
    throw error
  } finally {
    closeSync(file)
    clearTimeout(timer)
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

const NOT_RELEASED =
  'The device does not answer and is left to the kernel. リーダーが応答しません。\n'
const MASKED =
  'No certificate, signature or card number is in it. 証明書・署名・カードの番号は入っていません。'

function secondsIn(text: string): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= LIMIT_SECONDS) return seconds
  throw usage(`--seconds is 1 to ${LIMIT_SECONDS}`)
}

function readerNamed({ readers }: Config, name: string): Config['readers'][number] {
  const found = readers.find((reader) => reader.name === name)
  if (found === undefined) {
    const names = readers.map((reader) => reader.name).join(', ')
    throw new AgentError('NOT_FOUND', `no reader of this name is configured; there are: ${names}`)
  }
  if (found.driver !== 'sim') return found
  throw new AgentError('REQUEST_INVALID', 'a simulated reader has no device to record')
}

/** Only PC/SC can be shared with the running agent. */
async function aside(config: Config, name: string, driver: string): Promise<void> {
  const held = await heldByAgent(config, name)
  if (!held) return
  if (driver !== 'pcsc')
    throw new AgentError(
      'READER_BUSY',
      `the running agent holds ${name}: systemctl stop onshi-agent, record, start it again`,
      { facts: { reader: name } },
    )
  say(`The running agent reads along. 稼働中の本体も同じカードを読み取ります。\n`)
}

async function heldByAgent({ control }: Config, name: string): Promise<boolean> {
  try {
    const answer = await callControl(control.socket, 'GET', '/readers')
    return Check(ReaderList, answer) && answer.items.some((reader) => reader.name === name)
  } catch (error) {
    if (error instanceof AgentError && error.code === 'AGENT_NOT_RUNNING') return false
    throw error
  }
}

function tell(event: ReaderEvent): void {
  const what = 'code' in event ? `${event.code}: ${event.message}` : ''
  const kind = event.is === 'presented' ? event.presented.kind : ''
  say(`  ${event.is} ${what}${kind}`.trimEnd().concat('\n'))
}

function release(): string {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return /"version": "([^"]+)"/.exec(file)?.[1] ?? ''
}

const say = (words: string) => void process.stderr.write(words)
