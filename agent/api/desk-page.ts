import { hash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyReply } from 'fastify'
import { AgentError } from '../kernel/errors.ts'
import type { App } from './context.ts'

const FOLDER = fileURLToPath(new URL('../desk/', import.meta.url))
/** Of the one library: what the page imports, and what that imports. */
const LIBRARY = [
  'lit-html/lit-html.js',
  'lit-html/directive.js',
  'lit-html/directive-helpers.js',
  'lit-html/directives/repeat.js',
] as const

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/**
 * Nothing from elsewhere, no inline script or style, no frame around it; templates are the only
 * source of markup (Trusted Types).
 */
export const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
} as const

/** A file of the page, as browsers get it. */
export interface Asset {
  readonly type: string
  readonly body: Buffer
  readonly etag: string
}

/**
 * The page’s files by name: what lies in agent/desk/, its TypeScript without types, and the one
 * library. Sources are served as they are written, so that there is no build; each is made when it is
 * first asked for.
 */
export function pageAssets(): {
  readonly names: readonly string[]
  find(name: string): Asset | undefined
} {
  const names = [
    ...LIBRARY,
    ...globSync('**/*.{html,css,svg,ts}', { cwd: FOLDER }).map((name) =>
      name.replaceAll('\\', '/'),
    ),
  ]
  const known = new Map<string, Asset>()
  return {
    names,
    find(name) {
      if (!names.includes(name)) return undefined
      const asset = known.get(name) ?? assetOf(name)
      known.set(name, asset)
      return asset
    },
  }
}

function assetOf(name: string): Asset {
  const isOfLibrary = LIBRARY.some((one) => one === name)
  const body = Buffer.from(isOfLibrary ? library(name) : sourceOf(name))
  const etag = `"${hash('sha256', body, 'hex').slice(0, 32)}"`
  return { type: types[extname(name)] ?? 'application/octet-stream', body, etag }
}

function sourceOf(name: string): string {
  const source = readFileSync(join(FOLDER, name), 'utf8')
  if (!name.endsWith('.ts')) return source
  // Browsers resolve no bare name, and import maps are younger than the tablets of many clinics.
  const up = '../'.repeat(name.split('/').length - 1) || './'
  return withoutTypes(source)
    .replaceAll(/(["'])lit-html\1/g, `"${up}lit-html/lit-html.js"`)
    .replaceAll(/(["'])(lit-html\/[\w./-]+)\1/g, `"${up}$2"`)
    .replaceAll(/\n\s+/g, '\n')
}

/** Node says once that its own function is an experiment; whoever reads the journal cannot act on it. */
function withoutTypes(source: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source, { mode: 'transform' })
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Those for browsers, whatever Node would take for itself. */
function library(name: string): string {
  const file = new URL(`../../${name}`, import.meta.resolve('lit-html'))
  const source = readFileSync(file, 'utf8')
  return source.replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n')
}

/** The page and its files. Open: who is not signed in sees a door. */
export function deskPageRoutes(app: App): void {
  const assets = pageAssets()
  const send = (name: string, match: string | undefined, reply: FastifyReply) => {
    const asset = assets.find(name)
    if (asset === undefined) throw new AgentError('NOT_FOUND', 'no such file of the page')
    const { type, body, etag } = asset
    reply.headers({ ...pageHeaders, 'cache-control': 'no-cache', etag })
    if (match === etag) return reply.code(304).send()
    return reply.type(type).send(body)
  }
  // People type the address of the machine, and no more.
  for (const path of ['/', '/desk'])
    app.get(path, { config: { access: 'open' } }, async (_request, reply) =>
      reply.redirect('/desk/', 308),
    )
  app.get('/desk/', { config: { access: 'open' } }, async ({ headers }, reply) =>
    send('index.html', headers['if-none-match'], reply),
  )
  for (const name of assets.names)
    app.get(`/desk/${name}`, { config: { access: 'open' } }, async ({ headers }, reply) =>
      send(name, headers['if-none-match'], reply),
    )
}
