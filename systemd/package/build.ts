import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import {
  APP,
  DOC,
  debianArchitecture,
  isShipped,
  MANIFEST,
  NODE,
  PLACES,
  SBOM,
  SOURCES,
} from './layout.ts'

/** Says what is missing here, or wrong with what was asked. */
export class Refused extends Error {}

export interface BuildOptions {
  /** A folder; made where it is not there. */
  readonly out: string
  /** The work tree as it is, and not its last commit. */
  readonly dirty: boolean
  /** Key of gpg, or null: unsigned. */
  readonly sign: string | null
}

const TREE = dirname(dirname(import.meta.dirname))
const PACKAGE_JSON = /"version": "([^"]+)"[\s\S]*"node": "([^"]+)"/

/** The files that it made: package, sums, and signatures of both where they were asked for. */
export function buildPackage({ out, dirty, sign }: BuildOptions): readonly string[] {
  if (!dirty && git('status', '--porcelain') !== '')
    throw new Refused('the work tree is not clean: commit first, or --dirty for a package to try')
  const scratch = mkdtempSync(join(tmpdir(), 'onshi-package-'))
  try {
    const [source, root] = [join(scratch, 'source'), join(scratch, 'root')]
    takeSource(source, dirty)
    const version = versionOf(source, dirty)
    // Versions and hashes are those of the lock file; scripts of packages are not run.
    const install = ['--no-save', '--omit=dev', '--ignore-scripts', '--prefer-offline']
    run('npm', ['install', ...install, '--no-audit', '--no-fund', '--loglevel=error'], source)
    lay(source, root)
    const deb = pack(root, version, out)
    return [deb, ...sealPackage(deb, sign === null ? null : { key: sign })]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function takeSource(source: string, dirty: boolean): void {
  mkdirSync(source)
  const list = 'git ls-files -z --cached --others --exclude-standard | tar -c --null -T - -f -'
  const from = dirty ? list : 'git archive HEAD'
  run('sh', ['-c', `${from} | tar -x -C "$1"`, 'sh', source], TREE)
}

/** A release where its tag says so; else older than it, so that the release is an upgrade. */
function versionOf(source: string, dirty: boolean): string {
  const [, version = ''] =
    PACKAGE_JSON.exec(readFileSync(join(source, 'package.json'), 'utf8')) ?? []
  const tags = git('tag', '--points-at', 'HEAD').split('\n')
  if (!dirty && tags.includes(`v${version}`)) return version
  const at = new Date(commitSeconds() * 1_000).toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return `${version}~git${at}.${git('rev-parse', '--short=10', 'HEAD')}${dirty ? '.dirty' : ''}`
}

const commitSeconds = () => Number(git('log', '-1', '--format=%ct'))

/** Everything at its place, with fixed modes. */
function lay(source: string, root: string): void {
  for (const path of SOURCES) copy(join(source, path), join(root, APP, path))
  for (const [from, to, mode = 0o644] of PLACES) {
    copy(join(source, from), join(root, to))
    chmodSync(join(root, to), mode)
  }
  const modules = join(source, 'node_modules')
  for (const path of filesBelow(modules))
    if (isShipped(path, process.arch))
      copy(join(modules, path), join(root, APP, 'node_modules', path))
  layNode(source, root)
  const changelog = readFileSync(join(source, 'CHANGELOG.md'))
  gzipInto(join(root, DOC, 'changelog.gz'), changelog)
  const epoch = { SOURCE_DATE_EPOCH: `${commitSeconds()}` }
  const bill = run(process.execPath, ['agent/sbom-command.ts'], source, epoch)
  writeFileSync(join(root, SBOM), bill)
  for (const path of filesBelow(root)) {
    const isProgram = path === NODE || PLACES.some(([, to, mode]) => to === path && mode === 0o755)
    chmodSync(join(root, path), isProgram ? 0o755 : 0o644)
  }
  writeFileSync(join(root, MANIFEST), manifestOf(join(root, APP)))
}

/** The one that runs this, and runs the tests: `npm run` takes it, pinned, from the modules. */
function layNode(source: string, root: string): void {
  const [, , pinned = ''] =
    PACKAGE_JSON.exec(readFileSync(join(source, 'package.json'), 'utf8')) ?? []
  if (process.version !== `v${pinned}`)
    throw new Refused(`this is Node ${process.version}; npm run setup brings ${pinned}`)
  copy(process.execPath, join(root, NODE))
  gzipInto(join(root, DOC, 'node.LICENSE.gz'), readFileSync(licenceOfNode(source, pinned)))
}

/** A file. npm takes away what Node’s installer put into the work tree, when it installs something else later. */
function licenceOfNode(source: string, version: string): string {
  const name = `node-linux-${process.arch}`
  const installed = join(TREE, 'node_modules/node/node_modules', name, 'LICENSE')
  if (existsSync(installed)) return installed
  const folder = join(source, 'node-licence')
  mkdirSync(folder)
  const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const what = ['--prefer-offline', '--prefix', folder, `${name}@${version}`]
  run('npm', ['install', ...quiet, ...what], folder)
  return join(folder, 'node_modules', name, 'LICENSE')
}

function manifestOf(app: string): string {
  const line = (path: string) => `${hashOf(join(app, path))}  ${path}\n`
  return filesBelow(app).map(line).join('')
}

function pack(root: string, version: string, out: string): string {
  const architecture = debianArchitecture(process.arch)
  const kilobytes = filesBelow(root)
    .map((path) => Math.ceil(lstatSync(join(root, path)).size / 1024))
    .reduce((sum, one) => sum + one, 0)
  const scripts = join(import.meta.dirname, 'debian')
  mkdirSync(join(root, 'DEBIAN'))
  for (const name of ['preinst', 'postinst', 'prerm', 'postrm']) {
    const script = readFileSync(join(scripts, name), 'utf8')
    writeFileSync(join(root, 'DEBIAN', name), script.replace('@INSTALLED_SIZE@', `${kilobytes}`))
    chmodSync(join(root, 'DEBIAN', name), 0o755)
  }
  const control = readFileSync(join(scripts, 'control'), 'utf8')
    .replace('@VERSION@', version)
    .replace('@ARCHITECTURE@', architecture)
    .replace('@INSTALLED_SIZE@', `${kilobytes}`)
  writeFileSync(join(root, 'DEBIAN', 'control'), control)
  run('chmod', ['-R', 'u=rwX,go=rX', root])
  mkdirSync(out, { recursive: true })
  const deb = join(out, `onshi-agent_${version}_${architecture}.deb`)
  // One thread: what it writes must not depend on the machine.
  const how = ['--root-owner-group', '-Zzstd', '-z10', '--threads-max=1', '--build', root, deb]
  run('dpkg-deb', how, undefined, { SOURCE_DATE_EPOCH: `${commitSeconds()}` })
  return deb
}

/** A key of gpg, and where gpg keeps it, if not at its usual place. */
export interface Signer {
  readonly key: string
  readonly gpgHome?: string
}

/**
 * Sums beside the package, and detached signatures of both where there is a key: what a vendor checks
 * before installing. The files that it made.
 */
export function sealPackage(deb: string, signer: Signer | null): readonly string[] {
  const sums = join(dirname(deb), 'SHA256SUMS')
  writeFileSync(sums, `${hashOf(deb)}  ${basename(deb)}\n`)
  if (signer === null) return [sums]
  const { key, gpgHome } = signer
  const home = gpgHome === undefined ? [] : ['--homedir', gpgHome]
  const sign = (file: string) => {
    const signature = `${file}.asc`
    const how = [...home, '--batch', '--yes', '--armor', '--local-user', key, '--output', signature]
    run('gpg', [...how, '--detach-sign', file])
    return signature
  }
  return [sums, sign(sums), sign(deb)]
}

/** Paths of all files below a folder, in one order everywhere. */
function filesBelow(folder: string): readonly string[] {
  return globSync('**/*', { cwd: folder, withFileTypes: true, exclude: [] })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, dereference: true })
}

/** With neither name nor time in it. */
function gzipInto(file: string, contents: Buffer): void {
  mkdirSync(dirname(file), { recursive: true })
  const { stdout } = spawnSync('gzip', ['-9n'], { input: contents, maxBuffer: 2 ** 26 })
  writeFileSync(file, stdout)
}

const git = (...args: string[]) => run('git', args, TREE).trim()

/** What it prints. */
function run(
  program: string,
  args: readonly string[],
  cwd?: string,
  env: Readonly<Record<string, string>> = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (error !== undefined) throw new Refused(`${program}: ${error.message}`)
  if (status !== 0) throw new Refused(`${program} failed:\n${stderr.slice(-2_000)}`)
  return stdout
}
