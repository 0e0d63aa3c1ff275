import type { LineItem, Lines } from '../../agent/api/lines-port.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { LineMinute } from '../../agent/kernel/line.ts'

/** A line that is well; `over` is what the test is about. */
export const lineItem = (over: Partial<LineItem> = {}): LineItem => ({
  name: 'ngn',
  kind: 'ip-vpn',
  family: 'ipv6',
  metered: false,
  standing: 'up',
  since: Date.parse('2026-04-01T09:00:00+09:00'),
  isCurrent: true,
  isHeldByHand: false,
  address: 'fd00::2',
  rttMs: 8.5,
  relapses: 0,
  fault: null,
  lastAnswerAt: null,
  questions: 0,
  warmQuestions: 0,
  path: null,
  contact: {
    customerId: 'CAF1234567890',
    router: null,
    carrier: null,
    phone: null,
    hours: null,
    lineAuthUrl: null,
  },
  ...over,
})

/** Lines in memory; `done` ends the tests that run. */
export class FakeLines implements Lines {
  items: LineItem[] = [lineItem()]
  held: string | null = null
  tests = 0
  minutes: LineMinute[] = []
  /** Who did what. */
  readonly actors: string[] = []
  readonly #running = new Set<PromiseWithResolvers<void>>()

  list = () => this.items.map((item) => ({ ...item, isHeldByHand: item.name === this.held }))

  test() {
    this.tests += 1
    const running = Promise.withResolvers<void>()
    this.#running.add(running)
    return running.promise
  }

  done(error?: Error) {
    for (const running of this.#running) {
      if (error === undefined) running.resolve()
      else running.reject(error)
    }
    this.#running.clear()
  }

  async use(name: string, actor: string) {
    this.held = this.#known(name)
    this.actors.push(`${actor} use ${name}`)
  }

  async release(name: string, actor: string) {
    if (this.held !== this.#known(name)) throw new AgentError('NOT_FOUND', 'this line is not held')
    this.held = null
    this.actors.push(`${actor} release ${name}`)
  }

  async quality(name: string, hours: number) {
    this.#known(name)
    return this.minutes.slice(-hours * 60)
  }

  async report(name: string, days: number) {
    return `回線 ${this.#known(name)}、${days} 日\n`
  }

  #known(name: string) {
    if (this.items.some((item) => item.name === name)) return name
    throw new AgentError('NOT_FOUND', 'no line of this name')
  }
}
