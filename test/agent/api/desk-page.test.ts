import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pageAssets, pageHeaders } from '../../../agent/api/desk-page.ts'
import { importsIn, mistakesOfGrammar, tooNewIn, tooNewInStyle } from '../../bed/browser-age.ts'
import { serve } from './served.ts'

const assets = pageAssets()
const bodyOf = (name: string) => assets.find(name)?.body.toString() ?? assert.fail(name)
const scripts = assets.names.filter((name) => /\.(ts|js)$/.test(name))
const styles = assets.names.filter((name) => name.endsWith('.css'))
/** The library’s own text is its makers’. */
const own = assets.names.filter((name) => !name.startsWith('lit-html/'))

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  ts: 'text/javascript; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

/** Without a token, as who is not signed in. */
async function page(t: TestContext) {
  const { url } = await serve(t)
  return (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers, redirect: 'manual' })
}

test('the page is at /desk/, which the bare address leads to, open to who is not signed in yet', async (t) => {
  const get = await page(t)
  for (const path of ['/', '/desk']) {
    const moved = await get(path)
    assert.deepEqual([moved.status, moved.headers.get('location')], [308, '/desk/'], path)
  }
  const answer = await get('/desk/')
  assert.equal(answer.status, 200)
  assert.equal(await answer.text(), bodyOf('index.html'))
})

test('every file of the page comes with its type, a strict policy and an ETag', async (t) => {
  const get = await page(t)
  assert.ok(assets.names.length > 10)
  for (const name of assets.names) {
    const answer = await get(`/desk/${name}`)
    const { status, headers } = answer
    assert.equal(status, 200, name)
    assert.equal(await answer.text(), bodyOf(name))
    assert.equal(headers.get('content-type'), TYPES[name.split('.').at(-1) ?? ''], name)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('cache-control'), 'no-cache', 'asked for anew after an update')
    for (const [header, value] of Object.entries(pageHeaders))
      assert.equal(headers.get(header), value, `${name} ${header}`)
    const etag = headers.get('etag') ?? ''
    const known = await get(`/desk/${name}`, { 'if-none-match': etag })
    assert.deepEqual([known.status, await known.text()], [304, ''], name)
    const other = await get(`/desk/${name}`, { 'if-none-match': '"other"' })
    assert.equal(other.status, 200)
  }
})

test('nothing else of the agent is served beside them', async (t) => {
  const get = await page(t)
  for (const path of ['tsconfig.json', '../api/api.ts', '%2e%2e/api/api.ts', 'views/', 'main'])
    assert.notEqual((await get(`/desk/${path}`)).status, 200, path)
})

/** What a browser fetches with a file, and what it fetches when somebody goes there, as names of assets. */
function loadedBy(name: string): { now: string[]; later: string[] } {
  const text = bodyOf(name)
  const named = (list: readonly string[]) =>
    list.map((to) => new URL(to, `file:///${name}`).pathname.slice(1))
  const found = (pattern: RegExp) => Array.from(text.matchAll(pattern), ([, to = '']) => to)
  if (name.endsWith('.html')) return { now: named(found(/\b(?:href|src)="([^"]+)"/g)), later: [] }
  if (!scripts.includes(name))
    return { now: named(found(/(?:@import\s+|url\(\s*)["']?([^"')]+)/g)), later: [] }
  const { now, later } = importsIn(name, text)
  return { now: named(now), later: named(later) }
}

/** These files and everything that comes with them; with `isAll` also what comes later. */
function loaded(names: readonly string[], isAll: boolean): Set<string> {
  const found = new Set<string>()
  const load = (name: string) => {
    if (found.has(name)) return
    assert.ok(assets.names.includes(name), `${name} is not served`)
    found.add(name)
    const { now, later } = loadedBy(name)
    for (const next of isAll ? [...now, ...later] : now) load(next)
  }
  for (const name of names) load(name)
  return found
}
const bytesOf = (names: Iterable<string>) =>
  Array.from(names, (name) => assets.find(name)?.body.length ?? 0).reduce(
    (all, one) => all + one,
    0,
  )

test('what a browser loads of the page is all there, and the rest is types', () => {
  const all = loaded(['index.html'], true)
  const left = assets.names.filter((name) => !all.has(name))
  for (const name of left)
    assert.match(bodyOf(name), /^\s*(export \{\s*\};?)?\s*$/, `nothing loads ${name}`)
})

/** Uncompressed: an old PC reads, parses and keeps it. */
const BUDGET_BYTES = 150_000

test('page, styles and script together stay under 150 kB, whatever view is opened', (t) => {
  const views = loadedBy('views/index.ts').later
  assert.ok(views.length > 5)
  const start = bytesOf(loaded(['index.html'], false))
  t.diagnostic(`${start} bytes to begin with, ${bytesOf(assets.names)} in all`)
  for (const view of views) {
    const bytes = bytesOf(loaded(['index.html', view], false))
    t.diagnostic(`${view} ${bytes}`)
    assert.ok(bytes < BUDGET_BYTES, `${view}: ${bytes} bytes`)
  }
})

test('nothing on the page comes from elsewhere', () => {
  // The name of a vocabulary, which nobody fetches.
  const svg = 'http://www.w3.org/2000/svg'
  for (const name of assets.names) {
    const [found] = /(?:https?:)?\/\/[\w.-]+\.\w+/.exec(bodyOf(name).replaceAll(svg, '')) ?? []
    assert.equal(found, undefined, name)
  }
})

test('nothing on the page is what its policy refuses: inline scripts, styles and handlers', () => {
  for (const name of own) {
    const [found] =
      /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=["$]|javascript:|innerHTML|\beval\(/.exec(
        bodyOf(name),
      ) ?? []
    assert.equal(found, undefined, name)
  }
})

test('every script is one without its types', () => {
  assert.deepEqual(
    scripts.flatMap((name) => mistakesOfGrammar(name, bodyOf(name))),
    [],
  )
})

test('nothing on the page is newer than the browsers of reception', () => {
  assert.deepEqual(
    [
      ...scripts.flatMap((name) => tooNewIn(name, bodyOf(name))),
      ...styles.flatMap((name) => tooNewInStyle(name, bodyOf(name))),
    ],
    [],
  )
})
