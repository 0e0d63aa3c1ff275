import { isDeepStrictEqual } from 'node:util'
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
  /** A new agent, whose lines have no past; resolves when it asks over line A and the others wait. */
  restart(): Promise<void>
  stop(): Promise<void>
  /** Asks about a known patient; resolves with the end, whatever it is. */
  ask(): Promise<Verification>
  lines(test?: boolean): Promise<readonly LineAnswer[]>
  line(name: LineName): Promise<LineAnswer>
  /** Waits for a line that is as it is wanted. */
  until(
    what: string,
    name: LineName,
    fits: (line: LineAnswer) => boolean,
    patienceMs?: number,
  ): Promise<LineAnswer>
  /** Every line is up, the first of them is asked. */
  untilWell(patienceMs?: number): Promise<void>
  /** What the agent wrote about its lines since it was started last. */
  story(): Told[]
  /** To questions over this line, or to its connections, as `Behaviour` says. */
  behave(line: LineName, behaviour: Behaviour): Promise<void>
  /** Resolves when the gateway has got so many more requests than `from`. */
  arrived(from: Stats, requests?: number): Promise<void>
  /** Whatever was done to the lines, and to what is behind them: all is good. */
  restoreAll(): Promise<void>
  /** Questions so far that are not in the feed exactly once. */
  lost(): Promise<readonly string[]>
}

export async function openStage(t: Ending, options: NetBedOptions = {}): Promise<Stage> {
  const bed = await makeNetBed(t, { tables: HASTE, gatewayKeys: LIMITS, ...options })
  const token = await bed.addConsumer('receipt-computer')
  const asked: string[] = []
  let agent: AgentProcess | undefined
  let client: Client | undefined
  const present = () => {
    if (client === undefined) throw new Error('no agent was started')
    return client
  }
  const lines: Stage['lines'] = async (test = false) => {
    const { status, text } = await present().get(`/v1/lines${test ? '?test=true' : ''}`)
    if (status !== 200) throw new Error(`/v1/lines: ${status} ${text}`)
    return checked(LineList, JSON.parse(text)).items
  }
  const line: Stage['line'] = async (name) => {
    const found = (await lines()).find((one) => one.name === name)
    if (found === undefined) throw new Error(`no line ${name}`)
    return found
  }
  const ask = async () => {
    const ended = await present().ask(face)
    asked.push(ended.id)
    return ended
  }
  const stop = async () => {
    const ended = await agent?.stop()
    agent = undefined
    if (ended !== undefined && !isDeepStrictEqual(ended, { code: 0, signal: null }))
      throw new Error(`the agent ended with ${JSON.stringify(ended)}`)
  }
  const untilWell: Stage['untilWell'] = (patienceMs = 20_000) =>
    eventually(
      'every line up',
      async () => {
        const now = await lines()
        const isWell = now.every(({ standing, rttMs, metered }) =>
          metered ? standing === 'up' : standing === 'up' && rttMs !== null,
        )
        return isWell && now[0]?.isCurrent === true ? true : undefined
      },
      patienceMs,
    ).then(() => undefined)
  return {
    bed,
    client: present,
    async restart() {
      await stop()
      agent = await bed.startAgent()
      client = bed.clientOf(agent, token)
      await untilWell()
      const { source, outcome } = await ask()
      if (source.line !== 'a') throw new Error(`the first question: ${outcome} over ${source.line}`)
    },
    stop,
    ask,
    lines,
    line,
    until: (what, name, fits, patienceMs) =>
      eventually(
        `line ${name}: ${what}`,
        async () => {
          const now = await line(name)
          return fits(now) ? now : undefined
        },
        patienceMs,
      ),
    untilWell,
    story: () => readStory(agent?.output() ?? ''),
    behave: (name, behaviour) =>
      bed.gateway.behave({ ...behaviour, from: bed.line(name).plan().prefix }),
    arrived: (before, requests = 1) =>
      eventually('the question at the gateway', async () => {
        const now = await bed.gateway.stats()
        return now.questions - before.questions >= requests ? true : undefined
      }).then(() => undefined),
    async restoreAll() {
      await bed.gateway.behave({})
      for (const name of LINES) {
        await bed.dns(name).behave({ mode: 'good' })
        await bed.lineAuth(name).set('good')
        await bed.line(name).restore()
        await bed.line(name).set(options.quality?.[name] ?? {})
      }
    },
    async lost() {
      const feed = await present().feed()
      const ends = new Map<string, number>()
      for (const item of feed)
        if (item.type === 'verification')
          ends.set(item.verification.id, (ends.get(item.verification.id) ?? 0) + 1)
      return asked.filter((id) => ends.get(id) !== 1)
    },
  }
}
