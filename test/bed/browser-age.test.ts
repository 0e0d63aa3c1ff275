import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsIn, mistakesOfGrammar, tooNewIn, tooNewInStyle } from './browser-age.ts'

test('what old browsers do not know is found in a script, and nothing that they know', () => {
  for (const source of [
    'list.toSorted()',
    'list.map(f).toReversed()',
    'Object.groupBy(list, f)',
    'const { promise } = Promise.withResolvers()',
    'for (const one of map.values().map(f)) f(one)',
    'const has = /(?<=a)b/.test(text)',
    'const all = /[\\p{L}--[a-z]]/v',
    'class A { static { f() } }',
    'a.b?.toSorted()',
    'using file = open()',
    'const id = crypto.randomUUID()',
  ])
    assert.equal(tooNewIn('a.js', source).length, 1, source)
  for (const source of [
    '[...list].sort().reverse()',
    'Object.values(one).map(f)',
    'Object.entries(one).flatMap(f)',
    'const text = "list.toSorted() (?<=a)"',
    'const named = /(?<year>\\d{4})/.exec(text)',
    'list.at(-1)',
    'class A { static #a = 1; get b() { return this.c?.d ?? 1 } }',
    'const { toSorted } = mine',
  ])
    assert.deepEqual(tooNewIn('a.js', source), [], source)
})

test('rules that old browsers drop are found in a style sheet', () => {
  for (const source of [
    '.a { &:hover { color: red } }',
    '.a:has(.b) { color: red }',
    '@media (width >= 40rem) { .a { color: red } }',
    '.a { color: color-mix(in srgb, red, blue) }',
    '@container (min-width: 10rem) { .a { color: red } }',
  ])
    assert.equal(tooNewInStyle('a.css', source).length, 1, source)
  const known =
    '/* a:has(b) */ .a > .b { color: #fff } @media (min-width: 40rem) { .a { gap: 1px } }'
  assert.deepEqual(tooNewInStyle('a.css', known), [])
})

test('a script that still has types, or is half a script, is found', () => {
  assert.equal(mistakesOfGrammar('a.ts', 'export const a = 1\n').length, 0)
  for (const source of ['const a: string = ""', 'import type { A } from "./a.ts"', 'const a = {'])
    assert.notEqual(mistakesOfGrammar('a.ts', source).length, 0, source)
})

test('what a script loads with itself is told from what it loads later, and from text', () => {
  const source = `
    import { a } from './a.ts'
    import './b.ts'
    export { c } from './c.ts'
    const d = async () => (await import('./d.ts')).d
    const text = 'import "./e.ts" from "./f.ts"'`
  assert.deepEqual(importsIn('x.js', source), {
    now: ['./a.ts', './b.ts', './c.ts'],
    later: ['./d.ts'],
  })
})
