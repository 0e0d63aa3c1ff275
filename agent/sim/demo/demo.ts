import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { patientByNumber } from '../patients.ts'
import { runCli } from './daemon.ts'
import { type Client, clientOf, confirmTap, receiptComputer, type SeenEvent } from './people.ts'
import { type Stage, setStage } from './stage.ts'

const EX_USAGE = 64
const say = (text = '') => process.stdout.write(`${text}\n`)

/**
 * `onshi-agent demo [--exit]`: a card tap and a card face, all the way to a receipt computer, on
 * this machine and in a throw-away folder. Resolves with the exit code.
 */
export async function demoCommand(args: readonly string[]): Promise<number> {
  const isExit = wantsExit(args)
  if (isExit === undefined) {
    process.stderr.write('Usage: onshi-agent demo [--exit]\n')
    return EX_USAGE
  }
  say('onshi-agent demo: simulators and an agent on this machine; every person is invented.')
  const stage = await setStage()
  try {
    const token = await addConsumer(stage)
    const client = clientOf(stage.daemon.url, token)
    introduce(stage)
    const events = receiptComputer(client)
    await tapCard(stage, client, events)
    await askByCardFace(client, events)
    if (!isExit) {
      suggest(stage, token)
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    }
    await events.return(undefined)
    return 0
  } finally {
    await stage.close()
  }
}

function wantsExit(args: readonly string[]): boolean | undefined {
  try {
    return parseArgs({ args: [...args], options: { exit: { type: 'boolean', default: false } } })
      .values.exit
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

async function addConsumer({ configFile }: Stage): Promise<string> {
  const printed = await runCli(['consumer', 'add', 'receipt-computer', '--config', configFile])
  const [, token] = /"token": "([^"]+)"/.exec(printed) ?? []
  if (token === undefined) throw new Error('consumer add printed no token')
  return token
}

function introduce({ reader, gateway, daemon, startedInMs, folder }: Stage): void {
  say()
  say(`  gateway   ${gateway.url} (simulator, mutual TLS over IPv6)`)
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
  const got = events.next()
  const seenAt = await confirmTap(client, '受付 見本')
  say(step(from, seenAt, 'the tap shows at the desk'))
  const event = await got
  say(
    step(
      seenAt,
      performance.now(),
      '目視確認 by 受付 見本, asked, stored, read by the receipt computer',
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
  const got = events.next()
  await client.post('/v1/verifications', { ...face, patientNumber: '00107' })
  const event = await got
  say(step(from, performance.now(), 'asked, stored, read by the receipt computer'))
  show(event.value)
}

const step = (from: number, to: number, what: string) =>
  `   ${(to - from).toFixed(0).padStart(5)} ms  ${what}`

function show(event: SeenEvent | undefined): void {
  if (event === undefined) throw new Error('the receipt computer got nothing')
  const { outcome, results, source, id } = event.verification
  const names = results.map(({ name, insurerName }) => `${name} / ${insurerName}`).join(', ')
  say(`            ${outcome}  ${names}`)
  say(`            ${source.kind}, ${source.authentication}, line ${source.line}, id ${id}`)
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
  say('# the forty patients of the simulator')
  say('npm run onshi-agent -- sim gateway --patients')
  say(`npm run onshi-agent -- status --config ${configFile}`)
}
