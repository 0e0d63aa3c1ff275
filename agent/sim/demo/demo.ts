import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { patientByNumber } from '../patients.ts'
import { cutLine } from './cut.ts'
import { runCli } from './daemon.ts'
import { type Client, clientOf, confirmTap, receiptComputer, type SeenEvent } from './people.ts'
import { say, show, step } from './print.ts'
import { type Stage, setStage, whyNoStage } from './stage.ts'

/** sysexits(3). */
const EX_USAGE = 64
const EX_UNAVAILABLE = 69
const EX_SOFTWARE = 70
/** As shells report a command that a signal ended: 128 and its number. */
const EXIT_OF = { SIGINT: 130, SIGTERM: 143 } as const

const complain = (text: string) => process.stderr.write(`${text}\n`)

/**
 * `onshi-agent demo [--exit] [--cut]`: a card tap and a card face, all the way to a receipt computer,
 * on this machine and in a throw-away folder; with `--cut` also a line that dies and comes back. SIGINT and SIGTERM end it at any moment; nothing is left
 * behind. Resolves with the exit code.
 */
export async function demoCommand(args: readonly string[]): Promise<number> {
  const wanted = wantedOf(args)
  if (wanted === undefined) {
    complain('Usage: onshi-agent demo [--exit] [--cut]')
    return EX_USAGE
  }
  const interruption = catchInterruption()
  const why = await whyNoStage()
  if (why !== undefined) {
    complain(why)
    return EX_UNAVAILABLE
  }
  say('onshi-agent demo: simulators and an agent on this machine; every person is invented.')
  try {
    return await play(wanted, interruption.signal)
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    return interruption.exitCode()
  }
}

/** Aborts on the first SIGINT or SIGTERM; a second one ends the process at once. */
function catchInterruption() {
  const interruption = new AbortController()
  let exitCode = 0
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      exitCode ||= EXIT_OF[name]
      interruption.abort()
    })
  return { signal: interruption.signal, exitCode: () => exitCode }
}

/** The pass, and then as long as nobody interrupts. Throws when it is interrupted before its end. */
async function play({ exit, cut }: Wanted, signal: AbortSignal): Promise<number> {
  const stage = await setStage({ twoLines: cut }, signal)
  try {
    const interrupted = once(signal, 'abort').then(() => undefined)
    const ending = Promise.race([interrupted, stage.daemon.ended])
    const pass = perform(stage, signal)
    let lastWords = await Promise.race([pass.then(() => undefined), ending])
    signal.throwIfAborted()
    if (lastWords === undefined && !exit) {
      const { token, oneTimeCode } = await pass
      suggest(stage, token)
      offerDesk(stage, oneTimeCode)
      lastWords = await ending
    }
    if (lastWords === undefined) return 0
    complain(`the agent ended by itself; the last that it printed:\n${lastWords}`)
    return EX_SOFTWARE
  } finally {
    await stage.close()
  }
}

/** What opens the doors of the agent that stays up. */
interface Keys {
  /** Of the receipt computer. */
  readonly token: string
  /** Of who signs in at the page. */
  readonly oneTimeCode: string
}

async function perform(stage: Stage, signal: AbortSignal): Promise<Keys> {
  const token = await addConsumer(stage, signal)
  const client = clientOf(stage.daemon.url, token)
  introduce(stage)
  const events = receiptComputer(client)
  await tapCard(stage, client, events)
  await askByCardFace(client, events)
  const { gateway, firstLine: relay } = stage
  if (relay !== null) await cutLine({ gateway, relay, client, events, signal })
  await events.return(undefined)
  return { token, oneTimeCode: await addStaff(stage, signal) }
}

interface Wanted {
  readonly exit: boolean
  readonly cut: boolean
}

function wantedOf(args: readonly string[]): Wanted | undefined {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({ args: [...args], options: { exit: flag, cut: flag } }).values
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

async function addConsumer({ configFile }: Stage, signal: AbortSignal): Promise<string> {
  const role = 'receipt-computer'
  const args = ['consumer', 'add', role, '--role', role, '--config', configFile]
  const printed = await runCli(args, signal)
  const [, token] = /"token": "([^"]+)"/.exec(printed) ?? []
  if (token === undefined) throw new Error('consumer add printed no token')
  return token
}

/** Who signs in at the page; the name is invented, as everybody is here. */
const AT_DESK = '受付 見本'

async function addStaff({ configFile }: Stage, signal: AbortSignal): Promise<string> {
  const args = ['staff', 'add', AT_DESK, '--role', 'reception', '--config', configFile]
  const [, code] = /"oneTimeCode": "([^"]+)"/.exec(await runCli(args, signal)) ?? []
  if (code === undefined) throw new Error('staff add printed no one-time code')
  return code
}

function offerDesk({ daemon }: Stage, oneTimeCode: string): void {
  say()
  say('And the page for reception, with what has just happened on it. 受付の画面')
  say(`  open      ${daemon.url}/desk/`)
  say(`  氏名      ${AT_DESK}`)
  say(`  password  ${oneTimeCode}  (once: the page then asks for a password and a PIN of your own)`)
}

function introduce({ reader, gateway, firstLine, daemon, startedInMs, folder }: Stage): void {
  say()
  say(`  gateway   ${gateway.url} (simulator, mutual TLS over IPv6)`)
  if (firstLine !== null)
    say('  lines     line-a over IPv6, line-b over IPv4, each through a relay that can be cut')
  say(
    reader.driver === 'pcsc'
      ? '  card      real pcscd with a virtual My Number card (driver "pcsc")'
      : `  card      simulated reader (driver "sim"); the real path ${reader.why}`,
  )
  say(`  agent     pid ${daemon.pid}, ${daemon.url}, ready in ${startedInMs.toFixed(0)} ms`)
  say(`  folder    ${folder}`)
}

async function tapCard(stage: Stage, client: Client, events: AsyncGenerator<SeenEvent>) {
  say()
  say('1. A patient puts a My Number card on the reader. 患者がカードを置く')
  const from = performance.now()
  await stage.card.tap({ kind: 'my-number', patient: '01' })
  const [event, seenAt] = await Promise.all([events.next(), confirmTap(client, AT_DESK)])
  say(step(from, seenAt, 'the tap shows at the desk'))
  say(
    step(
      seenAt,
      performance.now(),
      `目視確認 by ${AT_DESK}, asked, stored, read by the receipt computer`,
    ),
  )
  show(event.value)
  await stage.card.remove()
}

async function askByCardFace(client: Client, events: AsyncGenerator<SeenEvent>) {
  const face = patientByNumber('20')?.cardFace
  if (face === undefined) throw new Error('patient 20 has no card face')
  say()
  say('2. A client sends the numbers of a 資格確認書. 資格確認書の番号で照会')
  const from = performance.now()
  const question = { ...face, patientNumber: '00107' }
  const [event] = await Promise.all([events.next(), client.post('/v1/verifications', question)])
  say(step(from, performance.now(), 'asked, stored, read by the receipt computer'))
  show(event.value)
}

function suggest({ daemon, card, gateway, configFile }: Stage, token: string): void {
  const auth = `-H 'Authorization: Bearer ${token}'`
  say()
  say('Everything stays up until Ctrl-C. Try, in another terminal:')
  say()
  say('# what the receipt computer reads, and waiting for more')
  say(`curl -s ${auth} '${daemon.url}/v1/events?limit=5'`)
  say(`curl -s ${auth} -H 'Accept: text/event-stream' -N '${daemon.url}/v1/events'`)
  say('# another card, then confirm it at the desk with the id of its presentation')
  say(
    `curl -s -X POST ${card.controlUrl}/tap -H 'Content-Type: application/json' -d '{"patient":"12"}'`,
  )
  say(`curl -s ${auth} ${daemon.url}/v1/presentations`)
  say(
    `curl -s ${auth} -X POST ${daemon.url}/v1/presentations/ID/confirmation -H 'Content-Type: application/json' -d '{"by":"受付 見本"}'`,
  )
  say('# a gateway that is slow, cut or wrong, and what health says of it')
  say(
    `curl -s -X POST ${gateway.controlUrl}/behaviour -H 'Content-Type: application/json' -d '{"mode":"login-page","times":1}'`,
  )
  say(`curl -s ${auth} ${daemon.url}/health`)
  say('# the lines to the gateway, tested now')
  say(`curl -s ${auth} '${daemon.url}/v1/lines'`)
  say(`npm run onshi-agent -- line list --test --config ${configFile}`)
  say('# the forty patients of the simulator')
  say('npm run onshi-agent -- sim gateway --patients')
  say(`npm run onshi-agent -- status --config ${configFile}`)
}
