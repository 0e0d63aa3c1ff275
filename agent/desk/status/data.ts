import type { DeliveryList } from '../../api/deliveries.ts'
import type { LineQuality } from '../../api/desk-shapes.ts'
import type { OutageList } from '../../api/intake-shown.ts'
import type { JobList } from '../../api/jobs.ts'
import type { LineList } from '../../api/lines.ts'
import type { TerminalView } from '../../api/terminal.ts'
import type { WindowList } from '../../api/vendor-access.ts'
import type { App } from '../app.ts'
import type { Answer } from '../call.ts'
import { nowInJapan } from '../clock.ts'

/** A row a minute: asked for more often it says nothing new. */
const QUALITY_MS = 60_000

/** What the agent says of its parts beside the live state; absent before the first answer. */
export interface StatusData {
  readonly lines: Answer<LineList> | undefined
  readonly quality: ReadonlyMap<string, Answer<LineQuality>>
  /** When the rows of `quality` were asked for, RFC 3339. */
  readonly qualityAt: string
  readonly terminal: Answer<TerminalView> | undefined
  readonly deliveries: Answer<DeliveryList> | undefined
  readonly jobs: Answer<JobList> | undefined
  readonly outages: Answer<OutageList> | undefined
  readonly vendor: Answer<WindowList> | undefined
  /** Asks for everything that the role may see and that there is here. */
  load(): Promise<void>
  /** Has the path of every line tested, which takes up to half a minute. */
  testLines(): Promise<void>
}

/** Whether there is a terminal to look at. */
export const hasTerminal = ({ state }: Pick<App, 'state'>): boolean =>
  state?.via === 'terminal' || state?.checks['terminal'] !== undefined

export const hasLines = ({ state }: Pick<App, 'state'>): boolean => state?.via === 'lines'

export function openStatusData(app: App): StatusData {
  let lines: Answer<LineList> | undefined
  let terminal: Answer<TerminalView> | undefined
  let deliveries: Answer<DeliveryList> | undefined
  let jobs: Answer<JobList> | undefined
  let outages: Answer<OutageList> | undefined
  let vendor: Answer<WindowList> | undefined
  const quality = new Map<string, Answer<LineQuality>>()
  let qualityAt = ''

  const ask = <T>(path: string, isHere = true): Promise<Answer<T> | undefined> =>
    isHere && app.may(`GET ${path}`) ? app.call<T>('GET', path) : Promise.resolve(undefined)

  async function loadQuality(): Promise<void> {
    const isFresh = Date.parse(nowInJapan()) - Date.parse(qualityAt) < QUALITY_MS
    if (lines?.ok !== true || isFresh || !app.may('GET /v1/lines/:name/quality')) return
    qualityAt = nowInJapan()
    for (const { name } of lines.body.items) {
      const path = `/v1/lines/${encodeURIComponent(name)}/quality?hours=24`
      quality.set(name, await app.call<LineQuality>('GET', path))
    }
  }
  return {
    get lines() {
      return lines
    },
    quality,
    get qualityAt() {
      return qualityAt
    },
    get terminal() {
      return terminal
    },
    get deliveries() {
      return deliveries
    },
    get jobs() {
      return jobs
    },
    get outages() {
      return outages
    },
    get vendor() {
      return vendor
    },
    async load() {
      const answers = await Promise.all([
        ask<LineList>('/v1/lines', hasLines(app)),
        ask<TerminalView>('/v1/terminal', hasTerminal(app)),
        ask<DeliveryList>('/v1/deliveries'),
        ask<JobList>('/v1/jobs'),
        ask<OutageList>('/v1/outages'),
        ask<WindowList>('/v1/vendor-access'),
      ])
      ;[lines, terminal, deliveries, jobs, outages, vendor] = answers
      await loadQuality()
      app.changed()
    },
    async testLines() {
      const answer = await app.call<LineList>('GET', '/v1/lines?test=true')
      lines = answer
      app.say(answer.ok ? '回線テストが終わりました' : answer.trouble.title)
    },
  }
}
