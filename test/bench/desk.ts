import type { CDPSession, Page, Request } from 'playwright-core'
import { Type } from 'typebox'
import { closeBrowser, noBrowser } from '../bed/browser.ts'
import { checked, clientOf, eventually } from '../bed/client.ts'
import { type Desk, openDesk } from '../bed/desk.ts'
import { faces } from './bed.ts'
import { watchStream } from './desk-stream.ts'
import { figure, median, missingRow, quantile, type Row, ratioRow, rounds, spread } from './row.ts'

const EVENTS = 30
const WARM_UP = 5
const BUDGET_MS = 60_000
const AIM_MS = 300
/** Of the CPU: this machine, a PC of some years, an old reception PC. */
const SLOWER = [1, 4, 6] as const
const VISITS = 5
const BYTES_PER_KB = 1_000
const OF_PAGE = /^\/desk\/(|.*\.(ts|js|css|svg))$/

/**
 * The desk page in a real browser before a real agent: how long a result takes until it is shown,
 * against a plain event stream that hears of the same commits; and how long the page takes to be
 * there on a slow processor, with nothing in the cache, against the same page on this one.
 */
export async function deskBench(): Promise<Row[]> {
  if (noBrowser !== false) return [missingRow('result on the desk page', '', noBrowser)]
  await using undo = new AsyncDisposableStack()
  undo.defer(closeBrowser)
  const desk = await openDesk({ after: (step) => undo.defer(step) })
  const token = await desk.bed.addConsumer('bench', 'ehr')
  return [await shownRow(desk, token), ...(await openedRows(desk))]
}

/** In the page: when each result was painted, epoch ms, by the id of its verification. */
const WATCH = `
  window.painted = {}
  new MutationObserver(() => {
    const link = document.querySelector('article.result-card a[href^="#/today/"]')
    const id = link?.getAttribute('href').slice('#/today/'.length)
    if (id === undefined || id in window.painted) return
    window.painted[id] = null
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        window.painted[id] = performance.timeOrigin + performance.now()
      }
      port2.postMessage(null)
    })
  }).observe(document, { subtree: true, childList: true, attributes: true })`

async function shownRow({ page, agent }: Desk, token: string): Promise<Row> {
  const client = clientOf(agent.url, token)
  await using stream = await watchStream(agent.url, token)
  await page.getByRole('heading', { name: 'いま', level: 1 }).waitFor()
  await page.evaluate(WATCH)
  const [shown, streamed, later] = [list(), list(), list()]
  for (const round of rounds(WARM_UP + EVENTS, BUDGET_MS)) {
    const from = now()
    const { id } = await client.ask(faces[round % faces.length] ?? {})
    const streamedAt = await stream.sawAt(id)
    const shownAt = await eventually('the result on the page', () => paintedAt(page, id))
    if (round < WARM_UP) continue
    shown.push(shownAt - from)
    streamed.push(streamedAt - from)
    later.push(shownAt - streamedAt)
  }
  const p99 = quantile(shown, 0.99)
  const isMet = p99 <= AIM_MS
  return {
    ...ratioRow({
      name: 'question to result on the page / plain stream',
      ours: median(shown),
      baseline: median(streamed),
      unit: 'ms',
      note: `${shown.length} results; page ${spread(shown)}; stream ${spread(streamed)}; page after stream ${spread(later)}`,
    }),
    aim: `<= ${AIM_MS} ms`,
    isMet,
  }
}

const list = (): number[] => []
const now = () => performance.timeOrigin + performance.now()

const paintedAt = async (page: Page, id: string): Promise<number | undefined> =>
  (await page.evaluate<number | null | undefined>(`window.painted[${JSON.stringify(id)}]`)) ??
  undefined

/** Since the navigation began, ms. */
const Opened = Type.Object({ view: Type.Number(), result: Type.Number() })

/** In the page, before anything of it: when the frame with its heading and the first result are there. */
const FIRSTS = `
  window.firsts = {}
  new MutationObserver(() => {
    const note = (name, selector) => {
      if (name in window.firsts || document.querySelector(selector) === null) return
      window.firsts[name] = performance.now()
    }
    note('view', 'main#main h1')
    note('result', 'main#main .result-card')
  }).observe(document, { subtree: true, childList: true })`
const OPENED = `(() => {
  const { view, result } = window.firsts
  return view === undefined || result === undefined ? null : { view, result }
})()`

async function openedRows({ page, context }: Desk): Promise<Row[]> {
  await context.addInitScript(FIRSTS)
  const debug = await context.newCDPSession(page)
  await debug.send('Network.setCacheDisabled', { cacheDisabled: true })
  const loaded = await weigh(page, () => visit(page, debug, 1))
  const visits = SLOWER.map((rate) => ({ rate, view: list(), result: list() }))
  for (const _ of rounds(VISITS, BUDGET_MS))
    for (const { rate, view, result } of visits) {
      const opened = await visit(page, debug, rate)
      view.push(opened.view)
      result.push(opened.result)
    }
  const [own, ...slow] = visits
  return slow.flatMap(({ rate, view, result }) => [
    ratioRow({
      name: `page to first view, CPU ${rate}x slower / as it is`,
      ours: median(view),
      baseline: median(own?.view ?? []),
      unit: 'ms',
      note: `files asked for anew, ${loaded}; ${spread(view)}`,
    }),
    ratioRow({
      name: `page to first result, CPU ${rate}x slower / as it is`,
      ours: median(result),
      baseline: median(own?.result ?? []),
      unit: 'ms',
      note: spread(result),
    }),
  ])
}

/** Of the body, bytes, also where the browser had it already. */
const lengthOf = async (request: Request): Promise<number> => {
  const response = await request.response()
  return response === null ? 0 : (await response.body()).byteLength
}

/** What of the page came meanwhile. */
async function weigh(page: Page, act: () => Promise<unknown>): Promise<string> {
  const sizes: Promise<number>[] = []
  const finished = (request: Request) => {
    if (!OF_PAGE.test(new URL(request.url()).pathname)) return
    sizes.push(lengthOf(request))
  }
  page.on('requestfinished', finished)
  await act()
  page.off('requestfinished', finished)
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  return `${figure(bytes / BYTES_PER_KB, 'kB')} in ${sizes.length} files`
}

async function visit(page: Page, debug: CDPSession, rate: number) {
  await debug.send('Emulation.setCPUThrottlingRate', { rate })
  await page.reload({ waitUntil: 'commit' })
  const found = await eventually('the page with a result', async () => {
    const seen = await page.evaluate<unknown>(OPENED).catch(() => null)
    return seen ?? undefined
  })
  await debug.send('Emulation.setCPUThrottlingRate', { rate: 1 })
  return checked(Opened, found)
}
