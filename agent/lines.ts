import { lineCard } from '../config/line-card.ts'
import { maintenanceFile } from '../config/maintenance.ts'
import type { Config } from '../config/schema.ts'
import type { Lines } from './api/lines-port.ts'
import { clinicTimesOf } from './clinic.ts'
import type { Reasking } from './eligibility/reasking.ts'
import { statusRequest } from './gateway/assumptions.ts'
import type { GatewaySettings } from './gateway/gateway.ts'
import { acceptSignOfLife } from './gateway/response.ts'
import type { Conditions } from './kernel/conditions.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { isOpenAt } from './kernel/hours.ts'
import { Closer } from './kernel/lifecycle.ts'
import type { UplinkEvent } from './kernel/line.ts'
import type { Part } from './kernel/ports.ts'
import { type LineHistory, startLineHistory } from './ops/line-history.ts'
import { logLines } from './ops/line-log.ts'
import { lastMinutes } from './ops/line-quality.ts'
import { reportOf } from './ops/line-report.ts'
import { watchLines } from './ops/line-watch.ts'
import { watchMaintenance } from './ops/maintenance.ts'
import { watchOutages } from './ops/outage-watch.ts'
import type { Platform } from './platform.ts'
import { uplinkSettings } from './settings.ts'
import type { Store } from './store/store.ts'
import type { Identity } from './uplink/identity.ts'
import { openUplink, type Uplink } from './uplink/uplink.ts'

/** The lines, and everything that listens to them but the questions. */
export interface OpenedLines extends Part {
  readonly uplink: Uplink
  /** As the API and the console see them. */
  readonly lines: Lines
  /** Has everything asked again when a line is back, from now on. */
  attend(reasking: Reasking): void
}

export interface LinesParts {
  readonly identity: Identity
  readonly gateway: GatewaySettings
  readonly store: Store
  readonly conditions: Conditions
  /** Is told everything that happens to them. */
  readonly hear: (event: UplinkEvent) => void
}

/** Each of the four parts here; together they have the time that main.ts gives to one. */
const CLOSE_BUDGET_MS = 1_000
/** The month of a line that costs by use is counted in hours at the finest. */
const STAMP_EVERY_MS = 60 * 60_000

export function openHoursOf(config: Pick<Config, 'clinic'>): (at: number) => boolean {
  const times = clinicTimesOf(config)
  return (at) => isOpenAt(times, at)
}

export async function openLines(
  config: Config,
  { identity, gateway, store, conditions, hear }: LinesParts,
  platform: Platform,
): Promise<OpenedLines> {
  const { clock, log } = platform
  const isOpen = openHoursOf(config)
  const listeners = new Set([hear])
  const closer = new Closer(log, CLOSE_BUDGET_MS)
  const uplink = await openUplink(uplinkSettings(config), identity, {
    ...platform,
    application: { request: statusRequest(gateway.protocol), accept: acceptSignOfLife },
    isOpen: () => isOpen(clock.now()),
    held: store.lineChoice.held(),
    lastTestAt: store.lineChoice.testedAt,
    observe: (event) => {
      for (const listen of listeners) listen(event)
    },
  })
  const cards = config.lines.map(lineCard)
  const contacts = new Map(cards.map(({ name, contact }) => [name, contact]))
  const reports = uplink.lines()
  const watch = watchLines(reports, contacts, conditions, clock)
  const history = startLineHistory(reports, store.lines, clock)
  closer.add('line watch', watch)
  closer.add('line history', history)
  const { file } = config.maintenance
  const names = cards.map(({ name }) => name)
  if (file !== undefined)
    closer.add(
      'maintenance',
      watchMaintenance(maintenanceFile(file, names), names, conditions, clock),
    )
  // Last added, first closed: what it still tells is heard.
  closer.add('uplink', uplink)
  listeners.add(watch.take)
  listeners.add(history.take)
  listeners.add(logLines(log))
  listeners.add(keepTests(uplink, store, platform))

  return {
    uplink,
    lines: apiLines(uplink, cards, { store, history }, platform),
    attend: (reasking) => {
      listeners.add(watchOutages({ ...platform, outages: store.outages, reasking }, uplink.lines()))
    },
    close: () => closer.close(),
  }
}

/** What must be known after a restart: when a line that costs by use was tested. */
function keepTests(
  uplink: Uplink,
  { lineChoice }: Pick<Store, 'lineChoice'>,
  { log, onBug }: Platform,
): (event: UplinkEvent) => void {
  const metered = new Set(uplink.lines().flatMap(({ name, metered }) => (metered ? [name] : [])))
  const stamped = new Map<string, number>()
  return (event) => {
    if (event.is !== 'tested' || !metered.has(event.line)) return
    if (event.at - (stamped.get(event.line) ?? 0) < STAMP_EVERY_MS) return
    stamped.set(event.line, event.at)
    void kept(lineChoice.tested(event.line, event.at), log).catch(onBug)
  }
}

/** Lines go on without a store that fails, which says so itself. */
async function kept(change: Promise<void>, log: Platform['log']): Promise<void> {
  try {
    await change
  } catch (error) {
    log.error({ code: asFault(error).code }, 'line-choice-not-kept')
  }
}

function apiLines(
  uplink: Uplink,
  cards: readonly ReturnType<typeof lineCard>[],
  { store, history }: { readonly store: Store; readonly history: LineHistory },
  { clock, log }: Pick<Platform, 'clock' | 'log'>,
): Lines {
  const { lines: records, lineChoice } = store
  const cardOf = (name: string) => {
    const card = cards.find((one) => one.name === name)
    if (card === undefined) throw new AgentError('NOT_FOUND', 'no line of this name')
    return card
  }
  return {
    list: () => uplink.lines().map((line) => ({ ...line, ...cardOf(line.name) })),
    async test() {
      await uplink.test()
    },
    async use(name, actor) {
      uplink.use(name)
      await kept(lineChoice.hold(name, { actor, at: clock.now() }), log)
    },
    async release(name, actor) {
      uplink.release(name)
      await kept(lineChoice.release(name, { actor, at: clock.now() }), log)
    },
    async quality(name, hours) {
      cardOf(name)
      await history.flush()
      return lastMinutes(records, name, hours, clock.now())
    },
    async report(name, days) {
      const card = cardOf(name)
      await history.flush()
      return reportOf(records, card, days, clock.now())
    },
  }
}
