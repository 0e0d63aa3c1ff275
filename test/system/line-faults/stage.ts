import { setTimeout as sleep } from 'node:timers/promises'
import { type LineAnswer, LineList } from '../../../agent/api/lines.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import type { Behaviour } from '../../../agent/sim/gateway/behaviour.ts'
import { patientByNumber } from '../../../agent/sim/patients.ts'
import { type Client, checked, eventually } from '../../bed/client.ts'
import { type Ending, makeNetBed, type NetBed, type NetBedOptions } from '../../bed/net/bed.ts'
import type { Stats } from '../../bed/net/gateway.ts'
import { LINES, type LineName } from '../../bed/net/plan.ts'
import type { AgentProcess } from '../../bed/process.ts'
import { readStory, type Told } from './story.ts'

/** Everything that takes its time in a clinic takes as little of it as the configuration allows. */
export const HASTE =
  '[failover]\nprove_seconds = 1\nprobe_seconds = 1\napplication_probe_seconds = 1\n'
/** Milliseconds: what one connection or answer may take. */
const LIMITS = 'timeout_ms = 4000\nconnect_timeout_ms = 1000\n'

const face = patientByNumber('01')?.cardFace ?? {}

/** A bed with an agent that one line after the other can be taken from. */
export interface Stage {
  readonly bed: NetBed
  client(): Client
  /** A new agent, whose lines have no past; resolves when it asks over line A and all are up. */
  restart(): Promise<void>
  /** As `restart`, but an agent whose lines never failed stays. */
  refresh(): Promise<void>
  stop(): Promise<void>
  /** Asks about a known patient; resolves with the end, whatever it is. */
  ask(): Promise<Verification>
  lines(test?: boolean): Promise<readonly LineAnswer[]>
  line(name: LineName): Promise<LineAnswer>
  /** `patienceMs`: for who judges how long it took. */
  untilWell(patienceMs?: number): Promise<void>
  /** What the agent wrote since it was started last, and what of that is about its lines. */
  output(): string
  story(): Told[]
  /** To questions over this line, or to its connections, as `Behaviour` says. */
  behave(line: LineName, behaviour: Behaviour): Promise<void>
  /** Resolves when the gateway has got more questions than `before`. */
  arrived(before: Stats): Promise<void>
  /** Whatever was done to the lines, and to what is behind them: all is good. */
  restoreAll(): Promise<void>
  /** Questions so far that are not in the feed exactly once. */
  lost(): Promise<readonly string[]>
}

export async function openStage(t: Ending, options: NetBedOptions = {}): Promise<Stage> {
  const bed = await makeNetBed(t, { tables: HASTE, gatewayKeys: LIMITS, ...options })
  const desk = openDesk(bed, await bed.addConsumer('receipt-computer'))
  const { lines, ask, story } = desk
  const line: Stage['line'] = async (name) => {
    const found = (await lines()).find((one) => one.name === name)
    if (found === undefined) throw new Error(`no line ${name}`)
    return found
  }
  const untilWell: Stage['untilWell'] = (patienceMs) =>
    until('every line up', async () => (await lines()).every(isWell), patienceMs)
  const restart = async () => {
    await desk.stop()
    await desk.start()
    await untilWell()
    await until('an answer over line A', async () => (await ask()).source.line === 'a')
  }
  return {
    ...{ bed, client: desk.client, ask, lines, line, untilWell, restart, story },
    ...{ stop: desk.stop, output: desk.output },
    async refresh() {
      const isNew = desk.output() !== '' && story().every(({ event }) => event !== 'line-standing')
      if (isNew) await untilWell()
      else await restart()
    },
    behave: (name, behaviour) =>
      bed.gateway.behave({ ...behaviour, from: bed.line(name).plan().prefix }),
    arrived: ({ questions }) =>
      until('the question at the gateway', async () => {
        const now = await bed.gateway.stats()
        return now.questions > questions
      }),
    async restoreAll() {
      await bed.gateway.behave({})
      for (const name of LINES) {
        await bed.dns(name).behave({ mode: 'good' })
        await bed.line(name).restore()
        await bed.line(name).set(options.quality?.[name] ?? {})
      }
    },
    async lost() {
      const feed = await desk.client().feed()
      const ended = feed.flatMap((item) =>
        item.type === 'verification' ? [item.verification.id] : [],
      )
      return desk.asked.filter((id) => ended.filter((one) => one === id).length !== 1)
    },
  }
}

const isWell = ({ standing, rttMs, metered }: LineAnswer) =>
  standing === 'up' && (metered || rttMs !== null)

/** An agent in the clinic, one after the other, and who asks it. */
function openDesk(bed: NetBed, token: string) {
  const asked: string[] = []
  let agent: AgentProcess | undefined
  let client: Client | undefined
  const output = () => agent?.output() ?? ''
  const present = () => {
    if (client === undefined) throw new Error('no agent was started')
    return client
  }
  return {
    asked,
    output,
    client: present,
    async start() {
      agent = await bed.startAgent()
      client = bed.clientOf(agent, token)
    },
    async stop() {
      const ended = await agent?.stop()
      if (ended !== undefined && ended.code !== 0)
        throw new Error(`the agent ended with ${JSON.stringify(ended)}: ${output()}`)
      agent = undefined
    },
    async ask() {
      const ended = await present().ask(face)
      asked.push(ended.id)
      return ended
    },
    async lines(test = false) {
      const { status, text } = await present().get(`/v1/lines${test ? '?test=true' : ''}`)
      if (status !== 200) throw new Error(`/v1/lines: ${status} ${text}`)
      return checked(LineList, JSON.parse(text)).items
    },
    story: () => readStory(output()),
  }
}

/** Waits, bounded, until something is so. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  patienceMs?: number,
): Promise<void> {
  await eventually(what, async () => ((await isSo()) ? true : undefined), patienceMs)
}

const QUIET_MS = 60

/** Waits until a count no longer grows; what it is then. */
export async function settled(count: () => Promise<number>): Promise<number> {
  let last = Number.NaN
  await until('no further packet', async () => {
    const before = last
    last = await count()
    if (last === before) return true
    await sleep(QUIET_MS)
    return false
  })
  return last
}
