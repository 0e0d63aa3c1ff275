import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const require = createRequire(import.meta.url)
const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const RUN = `axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}).then(({ violations }) => violations.flatMap(({ id, nodes }) =>
  nodes.map(({ target, failureSummary }) => id + ' at ' + target.join(' ') + ': ' + failureSummary)))`

/**
 * What is not accessible on the page as it stands, one sentence each; expected empty. The library
 * comes in by the debugger, so that the page keeps its policy.
 */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(source)
  return page.evaluate<readonly string[]>(RUN)
}
