import { createHash } from 'node:crypto'
import { type Static, Type } from 'typebox'

const Text = Type.Optional(Type.String())
const Named = Type.Optional(Type.Record(Type.String(), Type.String()))

/** As far as it is read of package-lock.json. [npm, package-lock.json, lockfileVersion 3] */
export const PackageLock = Type.Object({
  packages: Type.Record(
    Type.String(),
    Type.Object({
      ...{ name: Text, version: Text, license: Text, integrity: Text },
      ...{ dev: Type.Optional(Type.Boolean()), optional: Type.Optional(Type.Boolean()) },
      ...{ dependencies: Named, optionalDependencies: Named },
    }),
  ),
})
export type PackageLock = Static<typeof PackageLock>
type Locked = PackageLock['packages'][string]

/** Versions of what is compiled into Node, as `process.versions` names them, and of the store’s SQLite. */
export interface BuiltIn {
  readonly node: Readonly<Record<string, string>>
  readonly sqlite: string
}

interface Component {
  readonly type: 'application' | 'library' | 'platform'
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly [more: string]: unknown
}

const ROOT = 'onshi-agent'
/** The npm package that brings Node’s binary. */
const NODE_PACKAGE = 'node_modules/node'
/** The one that brings SQLite with its ciphers. */
const STORE_PACKAGE = 'node_modules/better-sqlite3'
/** In `process.versions`, and no software: numbers of interfaces. */
const NO_SOFTWARE: readonly string[] = ['node', 'modules', 'napi', 'unicode', 'tz', 'cldr']

/**
 * Pure. What is in a release, as CycloneDX 1.6: every package of the lock file that is installed in
 * production, Node with what is compiled into it, and the store’s SQLite. The same input gives the same
 * bytes. `atMs`: time of the release, left out where it is not told.
 * [cyclonedx.org/docs/1.6/json]
 */
export function sbomOf(lock: PackageLock, builtIn: BuiltIn, atMs: number | null): object {
  const all = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true)
  const root = all.find(([path]) => path === '')?.[1]
  const packages = all.filter(([path]) => path !== '')
  const version = root?.version ?? ''
  const rootRef = `pkg:npm/${ROOT}@${version}`
  const inside = insideOf(builtIn)
  const components = [...packages.map(([path, one]) => packageOf(path, one)), ...inside.components]
  const dependencies = [
    { ref: rootRef, dependsOn: dependsOn('', root ?? {}, lock) },
    ...packages.map(([path, one]) => ({
      ref: refOf(path, one),
      dependsOn: [...dependsOn(path, one, lock), ...inside.under(path)].sort(),
    })),
  ]
  const bom = {
    metadata: {
      ...(atMs !== null && { timestamp: new Date(atMs).toISOString() }),
      component: {
        ...{ type: 'application', 'bom-ref': rootRef, name: ROOT, version, purl: rootRef },
        licenses: [{ license: { id: root?.license ?? 'Apache-2.0' } }],
      },
    },
    components: unique(components),
    dependencies: uniqueBy(dependencies, ({ ref }) => ref),
  }
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialOf(JSON.stringify(bom)),
    version: 1,
    ...bom,
  }
}

const nameOf = (path: string, { name }: Locked): string =>
  name ?? path.replace(/^.*node_modules\//, '')

const refOf = (path: string, one: Locked): string =>
  `pkg:npm/${nameOf(path, one).replace('@', '%40')}@${one.version ?? ''}`

function packageOf(path: string, one: Locked): Component {
  const ref = refOf(path, one)
  const [, hash] = /^sha512-([A-Za-z0-9+/=]+)/.exec(one.integrity ?? '') ?? []
  return {
    ...{ type: 'library', 'bom-ref': ref, name: nameOf(path, one), version: one.version ?? '' },
    scope: one.optional === true ? 'optional' : 'required',
    ...(hash !== undefined && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }],
    }),
    ...(one.license !== undefined && { licenses: [licenseOf(one.license)] }),
    purl: ref,
  }
}

/** A single id, or an expression of several. [SPDX] */
const licenseOf = (license: string) =>
  /^[A-Za-z0-9.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }

/** Refs of what a package asks for, as Node finds it: nearest first. */
function dependsOn(path: string, one: Locked, { packages }: PackageLock): string[] {
  const names = Object.keys({ ...one.dependencies, ...one.optionalDependencies })
  const refs = names.flatMap((name) => {
    for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
      const found = packages[place]
      if (found !== undefined) return [refOf(place, found)]
      // An optional one for another machine is not in the lock file.
      if (at === '') return []
    }
  })
  return [...new Set(refs)].sort()
}

/** What is compiled into a package: no lock file knows it, and advisories name it. */
function insideOf({ node, sqlite }: BuiltIn) {
  const generic = (name: string, version: string, more: object = {}): Component => ({
    type: 'library',
    'bom-ref': `pkg:generic/${name}@${encodeURIComponent(version)}`,
    ...{ name, version, purl: `pkg:generic/${name}@${encodeURIComponent(version)}` },
    ...more,
  })
  const runtime = generic('nodejs', node['node'] ?? '', {
    type: 'platform',
    cpe: `cpe:2.3:a:nodejs:node.js:${node['node'] ?? ''}:*:*:*:*:*:*:*`,
  })
  const parts = Object.entries(node)
    .filter(([name, version]) => version !== '' && !NO_SOFTWARE.includes(name))
    .map(([name, version]) => generic(name, version))
  const store = generic('sqlite3multipleciphers-sqlite', sqlite)
  const refs = (list: readonly Component[]) => list.map((one) => one['bom-ref'])
  return {
    components: [runtime, ...parts, store],
    under: (path: string): string[] => {
      if (path === NODE_PACKAGE) return refs([runtime, ...parts])
      return path === STORE_PACKAGE ? refs([store]) : []
    },
  }
}

const unique = (list: readonly Component[]): Component[] =>
  uniqueBy(list, (one) => one['bom-ref']).toSorted((a, b) =>
    a['bom-ref'] < b['bom-ref'] ? -1 : a['bom-ref'] > b['bom-ref'] ? 1 : 0,
  )

const uniqueBy = <T>(list: readonly T[], key: (one: T) => string): T[] => [
  ...new Map(list.map((one) => [key(one), one])).values(),
]

/** A UUID of the content, in the form of version 8. [RFC 9562, 5.8] */
function serialOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return `urn:uuid:${[...parts, hex.slice(20, 32)].join('-')}`
}
