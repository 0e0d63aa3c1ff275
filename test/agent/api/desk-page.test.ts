import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { pageAssets, pageHeaders } from '../../../agent/api/desk-page.ts'
import { mistakesOfGrammar, tooNewIn, tooNewInStyle } from '../../bed/browser-age.ts'
import { serve } from './served.ts'

const assets = pageAssets()
const bodyOf = (name: string) => assets.find(name)?.body.toString() ?? assert.fail(name)
const scripts = assets.names.filter((name) => /\.(ts|js)$/.test(name))
const styles = assets.names.filter((name) => name.endsWith('.css'))
/** The library’s own text is its makers’. */
const own = assets.names.filter((name) => name !== 'lit-html.js')

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

test('the page is at /desk/, open to who is not signed in yet', async (t) => {
  const get = await page(t)
  const moved = await get('/desk')
  assert.deepEqual([moved.status, moved.headers.get('location')], [308, '/desk/'])
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

/** What a browser fetches for a file, as names of assets. */
function loadedBy(name: string): string[] {
  const text = bodyOf(name)
  const found = name.endsWith('.html')
    ? text.matchAll(/\b(?:href|src)="([^"]+)"/g)
    : name.endsWith('.css')
      ? text.matchAll(/(?:@import\s+|url\(\s*)["']?([^"')]+)/g)
      : text.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)
  return Array.from(found, ([, to = '']) => new URL(to, `file:///${name}`).pathname.slice(1))
}

/** The page and everything that it leads to. */
function loaded(): Set<string> {
  const names = new Set<string>()
  const load = (name: string) => {
    if (names.has(name)) return
    assert.ok(assets.names.includes(name), `${name} is not served`)
    names.add(name)
    for (const next of loadedBy(name)) load(next)
  }
  load('index.html')
  return names
}

test('what a browser loads of the page is all there, and the rest is types', () => {
  const names = loaded()
  const left = assets.names.filter((name) => !names.has(name))
  for (const name of left)
    assert.match(bodyOf(name), /^\s*(export \{\s*\};?)?\s*$/, `${name} is used`)
})

/** Of the whole page, uncompressed: an old PC reads, parses and keeps it. */
const BUDGET_BYTES = 150_000

test('page, styles and script together stay under 150 kB', () => {
  const sum = Array.from(loaded(), (name) => assets.find(name)?.body.length ?? 0).reduce(
    (all, one) => all + one,
    0,
  )
  assert.ok(sum < BUDGET_BYTES, `${sum} bytes`)
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
