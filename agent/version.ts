import { existsSync, readFileSync, statSync } from 'node:fs'
import { release, type } from 'node:os'

const PACKAGE = new URL('../package.json', import.meta.url)
/** The release, as package.json says it. */
export const VERSION = versionIn(readFileSync(PACKAGE, 'utf8'))

/** When the release was put together, epoch ms: a package keeps the times of its files. */
export const BUILT_AT = statSync(PACKAGE).mtimeMs

/** As it names itself; the kernel’s name where it does not. [os-release(5)] */
export function operatingSystem(): string {
  const file = '/etc/os-release'
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1] ?? `${type()} ${release()}`
}

function versionIn(packageJson: string): string {
  return /"version": "([^"]+)"/.exec(packageJson)?.[1] ?? ''
}
