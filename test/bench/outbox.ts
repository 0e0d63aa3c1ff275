import { createHmac } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import type { SinkSettings } from '../../agent/kernel/sink.ts'
import { DEMO_ACCOUNT } from '../../agent/sim/orca/server.ts'
import { checked } from '../bed/client.ts'
import { type Helper, startAsUnit, startHelper } from './helper.ts'
import { diskFolder } from './machine.ts'
import { Pushed, Received, Receivers } from './outbox-job.ts'
import { figure, median, quantile, type Row, ratioRow, rounds, spread } from './row.ts'
import { openWire, requestText } from './wire.ts'

const SINGLES = 100
const FLOODS = 3
const FLOOD = 50
const BUDGET_MS = 8_000
const NS_PER_MS = 1e6
const MS_PER_S = 1_000

type Pushes = Static<typeof Pushed>

/**
 * What pushing costs: a webhook alone against a bare POST of the same body to the same receiver, and
 * six consumers of all kinds against that one.
 */
export async function outboxBench(): Promise<Row[]> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const [face, oneFolder, sixFolder] = ['face', 'one', 'six'].map((name) => join(folder, name))
  if (face === undefined || oneFolder === undefined || sixFolder === undefined) return []
  for (const path of [face, oneFolder, sixFolder]) mkdirSync(path)
  const receivers = undo.use(await startHelper('receivers.ts', face))
  const hello = checked(Receivers, JSON.parse(receivers.hello))
  const [first, ...others] = hello.webhooks.map(webhook)
  if (first === undefined) return []
  const one = undo.use(await startAsUnit('outbox-host.ts', oneFolder, JSON.stringify([first])))
  const six = undo.use(
    await startAsUnit(
      'outbox-host.ts',
      sixFolder,
      JSON.stringify([...others, ...rest(hello, face)]),
    ),
  )
  return [...(await webhookRows(one, receivers, hello)), ...(await fanOutRows(one, six))]
}

const webhook = ({ url, secret }: Receivers['webhooks'][number]): SinkSettings => ({
  kind: 'webhook',
  url,
  payload: 'full',
  secrets: { key: secret.slice('whsec_'.length) },
})

/** Beside three webhooks. */
const rest = ({ orca, fhir }: Receivers, folder: string): SinkSettings[] => [
  { kind: 'face-folder', folder, limit: 500 },
  {
    kind: 'orca',
    url: orca,
    user: DEMO_ACCOUNT.user,
    write: [],
    secrets: { password: DEMO_ACCOUNT.password },
  },
  { kind: 'fhir', url: fhir, writePatient: true, eligibilityResponse: false, secrets: {} },
]

const msBetween = (from: string, to: string) => Number(BigInt(to) - BigInt(from)) / NS_PER_MS

const push = async (host: Helper, events: number): Promise<Pushes> =>
  checked(Pushed, JSON.parse(await host.ask(String(events))))

async function webhookRows(
  one: Helper,
  receivers: Helper,
  { webhooks }: Receivers,
): Promise<Row[]> {
  const { url = '', secret = '' } = webhooks[0] ?? {}
  await using wire = await openWire(url)
  const times: Record<'begun' | 'durable' | 'bare', number[]> = { begun: [], durable: [], bare: [] }
  let taken = 0
  const received = async () => {
    taken += 1
    return checked(Received, JSON.parse(await receivers.ask(String(taken))))
  }
  for (const _ of rounds(SINGLES, BUDGET_MS)) {
    const [{ commits }, came] = await Promise.all([push(one, 1), received()])
    const [{ begunNs, durableNs } = { begunNs: '', durableNs: '' }] = commits
    times.begun.push(msBetween(begunNs, came.atNs))
    times.durable.push(msBetween(durableNs, came.atNs))
    const request = signed(url, secret, came.text)
    const fromNs = String(process.hrtime.bigint())
    const [again] = await Promise.all([received(), wire.ask(request)])
    times.bare.push(msBetween(fromNs, again.atNs))
    if (again.complaints.length > 0) throw new Error(again.complaints.join())
  }
  const row = (name: string, ours: readonly number[]) =>
    ratioRow({
      name,
      ours: median(ours),
      baseline: median(times.bare),
      unit: 'ms',
      note: `${spread(ours)}; bare ${spread(times.bare)}; ratio of p99 ${(quantile(ours, 0.99) / quantile(times.bare, 0.99)).toFixed(2)}`,
    })
  return [
    row('commit on disk to webhook taken / bare POST', times.durable),
    row('begin of the commit to webhook taken / bare POST', times.begun),
  ]
}

/** As Standard Webhooks asks of whoever sends. */
function signed(url: string, secret: string, text: string): string {
  const body = checked(Type.Object({ data: Type.Object({ id: Type.String() }) }), JSON.parse(text))
  const seconds = String(Math.floor(Date.now() / MS_PER_S))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key)
    .update(`${body.data.id}.${seconds}.${text}`)
    .digest('base64')
  const headers = {
    'webhook-id': body.data.id,
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${mac}`,
  }
  return requestText(url, headers, body)
}

async function fanOutRows(one: Helper, six: Helper): Promise<Row[]> {
  const commitMs = ({ commits }: Pushes) =>
    commits.map(({ begunNs, durableNs }) => msBetween(begunNs, durableNs))
  const wholeMs = ({ commits, settledNs }: Pushes) =>
    msBetween(commits[0]?.begunNs ?? '0', settledNs)
  const quiet: [number[], number[]] = [[], []]
  const busy: [number[], number[]] = [[], []]
  const whole: [number[], number[]] = [[], []]
  await push(six, FLOOD)
  for (const _ of rounds(SINGLES, BUDGET_MS)) {
    quiet[0].push(...commitMs(await push(one, 1)))
    quiet[1].push(...commitMs(await push(six, 1)))
  }
  for (const _ of rounds(FLOODS, BUDGET_MS)) {
    for (const [n, host] of [one, six].entries()) {
      const pushes = await push(host, FLOOD)
      busy[n]?.push(...commitMs(pushes))
      whole[n]?.push(wholeMs(pushes) / FLOOD)
    }
  }
  const row = (name: string, [baseline, ours]: [number[], number[]], note: string) =>
    ratioRow({ name, ours: median(ours), baseline: median(baseline), unit: 'ms', note })
  const both = ([baseline, ours]: [number[], number[]]) =>
    `${spread(ours)}; one ${spread(baseline)}`
  const rate = 1 / (median(whole[1]) / MS_PER_S)
  return [
    row('commit of an event, six pushed consumers / one', quiet, both(quiet)),
    row('same, without a pause', busy, both(busy)),
    row(
      `an event of ${FLOOD} until all have it, six / one`,
      whole,
      `${figure(rate, 'events')} a second to six; three webhooks, face folder, orca (compare), fhir`,
    ),
  ]
}
