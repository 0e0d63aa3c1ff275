import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { PATIENCE_MS } from './client.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = PLACES.find((place) => existsSync(place))

/** Why the page cannot be tried here; false: it can. For `skip`. */
export const noBrowser: string | false =
  executablePath === undefined ? 'needs Chromium (apt-get install chromium fonts-noto-cjk)' : false

/** The reception PC of the tests. */
export const SCREEN = { width: 1024, height: 768 } as const

let running: Promise<Browser> | undefined

/** One browser per test file; ended with the process. */
async function browser(): Promise<Browser> {
  running ??= chromium.launch({
    executablePath: executablePath ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--lang=ja'],
    // Where it is none of UTF-8, a browser saves what has a Japanese name as `download`.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    timeout: PATIENCE_MS,
  })
  return running
}

/** To be called in `after` of a test file that opened pages. */
export async function closeBrowser(): Promise<void> {
  await (await running)?.close()
  running = undefined
}

interface Tried {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page itself did wrong: exceptions, errors on its console (also of CSP). Expected empty. */
  readonly errors: string[]
}

/**
 * Nobody closes the print dialogue of a browser without a screen: it would stand there for ever. What
 * was printed is in `window.printed`.
 */
const PRINT = `window.print = () => {
  window.printed = document.body.innerText
  window.dispatchEvent(new Event('afterprint'))
}`

/** A fresh profile with one page, as a reception PC in Japan has it. */
export async function openPage(options: { ignoreHTTPSErrors?: boolean } = {}): Promise<Tried> {
  const context = await (await browser()).newContext({
    viewport: SCREEN,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    ...options,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  await context.addInitScript(PRINT)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    // A refused request is an answer, and the network of a test is cut on purpose.
    const isOfNetwork = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isOfNetwork) errors.push(message.text())
  })
  return { page, context, errors }
}

/**
 * Resolves when an expression holds on the page. `waitForFunction` evaluates texts inside the page, which
 * its policy forbids.
 */
export async function holdsOn(page: Page, expression: string): Promise<void> {
  await page.evaluate(
    `new Promise((resolve) => {
      const look = () => ((${expression}) ? resolve() : requestAnimationFrame(look))
      look()
    })`,
  )
}
