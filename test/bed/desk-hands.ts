import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { eventually } from './client.ts'
import { openStage, type Stage, type StageOptions } from './desk-stage.ts'

/** A person at the page: keys, and what is under them. */
export interface Hands extends Stage {
  press(...keys: readonly string[]): Promise<void>
  /** As an IME or a paste gives it, in one piece. */
  type(text: string): Promise<void>
  /** What has the focus once what was drawn has moved it: its id, or else its text, or else its tag. */
  focused(): Promise<string>
  /** What the page was asked for by the page itself, `POST /desk/session/touch`. */
  count(route: string): number
  /** Waits until the page has asked for it so often; more often is wrong. */
  counted(route: string, times: number): Promise<void>
}

/** A draw is a frame of its own, and what it moves the focus to comes a frame and a task later. */
const FOCUSED = `(async () => {
  for (let frames = 0; frames < 3; frames += 1)
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  const e = document.activeElement
  return e.id || e.textContent.trim().replace(/\\s+/g, ' ') || e.tagName
})()`

/** A stage that ends with the test; the page is there when this returns. */
export async function openHands(
  t: { after(done: () => Promise<void>): void },
  options: StageOptions,
): Promise<Hands> {
  const stage = await openStage(options)
  t.after(() => stage.close())
  const { page, asked } = stage
  await page.locator('main').waitFor()
  const count = (wanted: string) => asked.filter(({ route }) => route === wanted).length
  return {
    ...stage,
    async press(...keys) {
      for (const key of keys) await page.keyboard.press(key)
    },
    type: (text) => page.keyboard.insertText(text),
    focused: () => page.evaluate<string>(FOCUSED),
    count,
    async counted(route, times) {
      await eventually(route, async () => (count(route) >= times ? true : undefined))
      assert.equal(count(route), times)
    },
  }
}

export const textOf = async (locator: Locator): Promise<string> =>
  ((await locator.textContent()) ?? '').replaceAll(/\s+/g, ' ')
