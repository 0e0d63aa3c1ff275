import type { TestContext } from 'node:test'
import { openStage, type Stage } from '../../../bed/desk-stage.ts'

export interface Printed {
  /** What stands on the paper. */
  readonly text: string
  readonly pages: number
  /** Of what is printed, mm. */
  readonly heightMm: number
}

/** Text width of A4 with the margins of the style sheet, in CSS pixels. */
const PAPER = { width: Math.round((180 / 25.4) * 96), height: 1000 } as const

/** Makes a sheet in the browser, by the module that the page loads, and prints it. */
export async function printed(
  { page }: Pick<Stage, 'page'>,
  [module, make]: readonly [module: string, make: string],
  ...given: readonly unknown[]
): Promise<Printed> {
  await page.evaluate(`(async () => {
    const sheets = await import('/desk/sheets/${module}.ts')
    const { render } = await import('/desk/lit-html/lit-html.js')
    const { body } = sheets.${make}(...${JSON.stringify(given)})
    const place = document.createElement('article')
    place.className = 'sheet'
    render(body, place)
    document.body.replaceChildren(place)
  })()`)
  await page.setViewportSize(PAPER)
  await page.emulateMedia({ media: 'print' })
  const paper = page.locator('article')
  const pdf = await page.pdf({ preferCSSPageSize: true })
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
  const box = await paper.boundingBox()
  const heightMm = ((box?.height ?? 0) / 96) * 25.4
  // biome-ignore lint/performance/useDomNodeTextContent: text of neighbouring cells would run together
  return { text: (await paper.innerText()).replaceAll(/\s+/g, ' '), pages, heightMm }
}

/** An empty desk: sheets need no more. */
export async function deskOf(t: TestContext): Promise<Stage> {
  const stage = await openStage({ role: 'reception' })
  t.after(stage.close)
  return stage
}
