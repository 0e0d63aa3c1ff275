import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { TOTP } from 'otpauth'
import type { BrowserContext, Page } from 'playwright-core'
import { Type } from 'typebox'
import { needsSecondFactor, type StaffRole } from '../../agent/kernel/staff.ts'
import { type Bed, type BedOptions, makeBed } from './agent.ts'
import { openPage } from './browser.ts'
import { checked } from './client.ts'
import { jsonIn } from './consumer.ts'
import type { Ending } from './net/bed.ts'
import type { AgentProcess } from './process.ts'

/** Long enough, and nothing of anybody is in it. */
const SECRET = 'たまねぎ・らっぱ・くじら 7'

const Added = Type.Object({ oneTimeCode: Type.String() })

/** Somebody who signs in at the desk, and what only they know. */
export interface Person {
  readonly name: string
  readonly role: StaffRole
  readonly oneTimeCode: string
  readonly secret: string
  readonly pin: string
}

/** A page of its own browser profile, as another PC has it. */
export interface DeskPage {
  readonly page: Page
  readonly context: BrowserContext
  /** What the page itself did wrong; expected empty. */
  readonly errors: readonly string[]
  /** Comes in by the door: the first time with the one-time code, and sets secret and PIN. */
  signIn(person: Person): Promise<void>
  /** Keeps a picture of the page, `NAME.png`, where DESK_PICTURES names a folder. */
  picture(name: string): Promise<void>
}

/** The page over a real daemon, simulators behind it, and a real browser in front of it. */
export interface Desk extends DeskPage {
  readonly bed: Bed
  readonly agent: AgentProcess
  /** Who is signed in. */
  readonly person: Person
  /** `staff add` at the console of the running agent. */
  addPerson(name: string, role: StaffRole): Promise<Person>
  /** Another PC; nobody is signed in there. */
  openAnother(): Promise<DeskPage>
}

export interface DeskOptions extends BedOptions {
  /** Of who signs in; default reception. */
  readonly role?: StaffRole
  /** Default invented. */
  readonly name?: string
}

/** An agent with a simulated gateway and card reader, and somebody signed in at its page. */
export async function openDesk(
  t: Ending,
  { role = 'reception', name = '受付 見本', ...options }: DeskOptions = {},
): Promise<Desk> {
  const bed = await makeBed(t, { reader: 'sim', ...options })
  const agent = await bed.start()
  const known = new Set<string>()
  const open = () => openDeskPage(t, `${agent.url}/desk/`, known)
  const addPerson: Desk['addPerson'] = async (given, as) => {
    // Some roles come from named addresses only.
    const printed = await bed.cli('staff', 'add', given, '--role', as, '--from', '127.0.0.1')
    const { oneTimeCode } = checked(Added, jsonIn(printed))
    return { name: given, role: as, oneTimeCode, secret: SECRET, pin: '2719' }
  }
  const person = await addPerson(name, role)
  const desk = await open()
  await desk.signIn(person)
  return { ...desk, bed, agent, person, addPerson, openAnother: open }
}

/** `known`: names of those who have set their secret. */
async function openDeskPage(t: Ending, url: string, known: Set<string>): Promise<DeskPage> {
  const { page, context, errors } = await openPage()
  t.after(() => context.close())
  await page.goto(url)
  return {
    page,
    context,
    errors,
    async signIn(person) {
      await page.getByLabel('氏名').fill(person.name)
      const secret = known.has(person.name) ? person.secret : person.oneTimeCode
      await page.getByLabel('パスワード').fill(secret)
      await page.getByRole('button', { name: 'サインイン' }).click()
      if (!known.has(person.name)) await setUp(page, person)
      known.add(person.name)
      await page.getByRole('navigation').waitFor()
    },
    async picture(name) {
      const folder = process.env['DESK_PICTURES']
      if (folder === undefined) return
      mkdirSync(folder, { recursive: true })
      await page.evaluate('scrollTo(0, 0)')
      await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
    },
  }
}

/** What who came in by a one-time code is asked for. */
async function setUp(page: Page, { secret, pin, role }: Person): Promise<void> {
  await page.getByRole('heading', { name: '最初の設定' }).waitFor()
  await page.getByLabel('新しいパスワード').fill(secret)
  await page.getByLabel('PIN', { exact: true }).fill(pin)
  await page.getByLabel('PIN（もう一度）').fill(pin)
  if (needsSecondFactor(role)) {
    const shown = await page.locator('code.typed-in').textContent()
    const code = new TOTP({ secret: (shown ?? '').replaceAll(' ', '') }).generate()
    await page.getByLabel('確認コード').fill(code)
  }
  await page.getByRole('button', { name: 'この内容で決める' }).click()
  await page.getByRole('button', { name: '保管したので始める' }).click()
}
