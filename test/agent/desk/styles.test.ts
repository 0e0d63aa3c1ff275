import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('../../../agent/desk/', import.meta.url))
/** Its classes are everybody’s, to be used and added to. */
const BASE = 'desk.css'
/** One class, in whatever state, and nothing around it. */
const BARE = /^\.([\w-]+)(?:[.:[]\S*)?$/

const sheets = new Map(
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.css'))
    .map((name) => [name, selectorsIn(readFileSync(FOLDER + name, 'utf8'))] as const),
)

function selectorsIn(css: string): string[] {
  const rules = css.replaceAll(/\/\*[\s\S]*?\*\/|@[^{;]*\{/g, '')
  return [...rules.matchAll(/([^{}]+)\{/g)].flatMap(([, selectors = '']) =>
    selectors.split(',').map((one) => one.trim()),
  )
}

const bareIn = (selectors: readonly string[]) =>
  new Set(selectors.flatMap((one) => BARE.exec(one)?.[1] ?? []))

test('a class that is styled wherever it stands is no other style sheet’s', () => {
  const everybodys = bareIn(sheets.get(BASE) ?? [])
  const own = [...sheets].filter(([name]) => name !== BASE)
  const clashes = own.flatMap(([name, selectors]) =>
    [...bareIn(selectors)]
      .filter((one) => !everybodys.has(one))
      .flatMap((one) =>
        own
          .filter(([other]) => other !== name)
          .filter(([, theirs]) => theirs.some((their) => classesIn(their).includes(one)))
          .map(([other]) => `.${one} of ${name} in ${other}`),
      ),
  )
  assert.ok(own.length > 3)
  assert.deepEqual(clashes, [])
})

const classesIn = (selector: string): string[] =>
  [...selector.matchAll(/\.([\w-]+)/g)].map(([, one = '']) => one)
