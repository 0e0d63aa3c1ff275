import { setTimeout as wait } from 'node:timers/promises'
import type { GatewaySimulator } from '../gateway/server.ts'
import { patientByNumber } from '../patients.ts'
import type { Client, SeenEvent, SeenLine } from './people.ts'
import { say, show, step, under } from './print.ts'
import type { Relay } from './relay.ts'

/** Names of the demo's lines, the preferred one first. */
export const LINE_NAMES = { first: 'line-a', second: 'line-b' } as const

/** The gateway thinks so long about the question that is cut; usual are 0.1 to 3 s. */
const THINKING_MS = 2_000
const LOOK_MS = 20
/** Health tells of a line once it has been down for 10 s; a proof takes 1 s after each trial. */
const PATIENCE_MS = 60_000

interface Scene {
  readonly gateway: GatewaySimulator
  /** What the first line is made of. */
  readonly relay: Relay
  readonly client: Client
  readonly events: AsyncGenerator<SeenEvent>
  readonly signal: AbortSignal
}

/** A line dies while a question is under way on it, and comes back. */
export async function cutLine(scene: Scene): Promise<void> {
  say()
  say('3. Line A dies without a word while a question is under way. 照会中に回線Aが切れる')
  const cutAt = await cutInQuestion(scene)
  await tellOf(scene, cutAt)
  say()
  say('4. Line A comes back, proves itself for a second, and takes the next question. 回線Aの復旧')
  scene.relay.mend()
  const from = performance.now()
  await lineThat(scene, ({ standing, isCurrent }) => standing === 'up' && isCurrent)
  say(step(from, performance.now(), 'line A is up, and traffic returns to it'))
  await askAbout(scene, '22', 'asked, stored, read by the receipt computer')
}

async function cutInQuestion(scene: Scene): Promise<number> {
  const { gateway, relay } = scene
  const { questions } = gateway.stats()
  gateway.behave({ delayMs: THINKING_MS, times: 1 })
  const asking = askAbout(scene, '21', 'the same question over line B, answered, stored, read')
  const cutting = async () => {
    await until(scene.signal, async () => gateway.stats().questions > questions)
    await relay.cut()
    say(step(from, performance.now(), 'asked over line A, received; then nothing passes any more'))
    return performance.now()
  }
  const from = performance.now()
  const [cutAt] = await Promise.all([cutting(), asking])
  under(`the gateway was asked ${gateway.stats().questions - questions} times, one verification`)
  return cutAt
}

async function askAbout({ client, events }: Scene, number: string, what: string): Promise<void> {
  const face = patientByNumber(number)?.cardFace
  if (face === undefined) throw new Error(`patient ${number} has no card face`)
  const from = performance.now()
  const [event] = await Promise.all([events.next(), client.post('/v1/verifications', face)])
  say(step(from, performance.now(), what))
  show(event.value)
}

/** What staff and operators are told of the first line. */
async function tellOf(scene: Scene, cutAt: number): Promise<void> {
  const line = await lineThat(scene, ({ standing, path }) => standing === 'down' && path !== null)
  const { number = '', code = '', title = '', action = '' } = line.fault ?? {}
  say(step(cutAt, performance.now(), 'GET /v1/lines after the test of its path'))
  under(`${line.name} ${line.standing}  ${number} ${code}`)
  under(`${title}${action}`)
  await until(scene.signal, async () => (await conditionsOf(scene)).length > 0)
  say(step(cutAt, performance.now(), 'GET /health: a line that stays down is told after 10 s'))
  for (const { number, code, title, action } of await conditionsOf(scene)) {
    under(`${LINE_NAMES.first} ${number} ${code}`)
    under(`${title}${action}`)
  }
}

const conditionsOf = async ({ client }: Scene) => {
  const { checks } = await client.health()
  return (checks['line'] ?? []).filter(({ componentId }) => componentId === LINE_NAMES.first)
}

async function lineThat(scene: Scene, fits: (line: SeenLine) => boolean): Promise<SeenLine> {
  let line: SeenLine | undefined
  await until(scene.signal, async () => {
    const { items } = await scene.client.get<{ items: readonly SeenLine[] }>('/v1/lines')
    line = items.find(({ name }) => name === LINE_NAMES.first)
    return line !== undefined && fits(line)
  })
  if (line === undefined) throw new Error('the agent knows no such line')
  return line
}

async function until(signal: AbortSignal, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('what the demo waits for did not come')
    await wait(LOOK_MS, undefined, { signal })
  }
}
