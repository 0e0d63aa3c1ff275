import { stat } from 'node:fs/promises'
import { arch, release } from 'node:os'
import { codeOf } from '../../kernel/errors.ts'
import { pairsIn, printedBy } from './asked.ts'
import { type Check, next, ng, ok, unseen } from './check.ts'
import { textOf } from './files.ts'

/** The operating system, as far as this user sees it. Null is what cannot be seen. */
export interface OsFacts {
  /** `ID` and `VERSION_ID` of os-release, its `PRETTY_NAME`. */
  readonly id: string
  readonly version: string
  readonly name: string
  readonly kernel: string
  readonly arch: string
  /** Packages that apt would replace. */
  readonly updates: number | null
  /** Age of what apt knows of the archive. Days. */
  readonly listsDays: number | null
  readonly wantsReboot: boolean
}

const DAY_MS = 24 * 60 * 60 * 1_000

/**
 * Last day of security updates, long-term support included. [wiki.debian.org/LTS: bookworm to
 * 2028-06-30, trixie to 2030-06-30]
 */
const DEBIAN_ENDS: Readonly<Record<string, string>> = { '12': '2028-06-30', '13': '2030-06-30' }
/** Those for which the readers’ and store’s native modules come ready. */
const ARCHES: readonly string[] = ['x64', 'arm64']
/** A box with unattended upgrades asks daily; one that is off over the new year, less. */
const LISTS_DAYS = 14
const APT_MS = 10_000

/** `asksApt`: takes a second or two. */
export async function readOs(now: number, asksApt: boolean): Promise<OsFacts> {
  const about = pairsIn((await textOf('/etc/os-release')) ?? '')
  const simulate = ['-s', '-q', '-o', 'Debug::NoLocking=true', 'upgrade']
  const plan = asksApt ? await printedBy('apt-get', simulate, APT_MS) : null
  const listed = await changedAt('/var/lib/apt/lists')
  return {
    id: about.get('ID') ?? '',
    version: about.get('VERSION_ID') ?? '',
    name: about.get('PRETTY_NAME') ?? '',
    kernel: release(),
    arch: arch(),
    updates: plan === null ? null : (plan.match(/^Inst /gm)?.length ?? 0),
    listsDays: listed === null ? null : Math.floor((now - listed) / DAY_MS),
    wantsReboot: (await changedAt('/run/reboot-required')) !== null,
  }
}

async function changedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

/** Pure. `now` is epoch ms. */
export const osChecks = (os: OsFacts, now: number): Check[] => [
  supported(os, now),
  ...(ARCHES.includes(os.arch)
    ? []
    : [
        ng('os', 'os-arch', 'この CPU には対応していません', 'this CPU is not supported', {
          facts: { arch: os.arch },
          ...next('64 ビットの Intel/AMD か ARM の機械に替えてください。', 'Use amd64 or arm64.'),
        }),
      ]),
  updates(os),
]

function supported({ id, version, kernel, arch }: OsFacts, now: number): Check {
  const facts = { id, version, arch }
  const own = { kernel }
  const ends = id === 'debian' ? DEBIAN_ENDS[version] : undefined
  if (ends === undefined)
    return unseen(
      'os',
      'os-supported',
      '動作を確かめていない OS です（{id} {version}）',
      'not tested on {id} {version}',
      { facts, own, ...next('Debian 12 か 13 を使ってください。', 'Use Debian 12 or 13.') },
    )
  const more = { facts: { ...facts, ends }, own }
  return Date.parse(`${ends}T23:59:59+09:00`) < now
    ? ng(
        'os',
        'os-supported',
        'Debian {version} の更新は {ends} に終わりました',
        'Debian {version} got its last updates on {ends}',
        { ...more, ...next('新しい Debian に移してください。', 'Move to a newer Debian.') },
      )
    : ok('os', 'os-supported', 'Debian {version}（{kernel}、{arch}）', 'updates until {ends}', more)
}

function updates({ updates, listsDays, wantsReboot }: OsFacts): Check {
  if (updates === null || listsDays === null)
    return unseen('os', 'os-updates', '更新の有無', 'pending updates', {
      ...next('apt list --upgradable で確認してください。', 'apt list --upgradable'),
    })
  const facts = { updates, listsDays, wantsReboot }
  if (listsDays > LISTS_DAYS)
    return ok(
      'os',
      'os-updates',
      '更新を {listsDays} 日確認していません',
      'apt was not asked for {listsDays} days',
      {
        facts,
        ...next(
          'apt-get update と自動更新の設定を確認してください。',
          'apt-get update; unattended-upgrades',
        ),
      },
    )
  if (updates > 0 || wantsReboot)
    return ok(
      'os',
      'os-updates',
      wantsReboot ? '再起動を待つ更新があります' : '更新が {updates} 件あります',
      wantsReboot ? 'an update waits for a reboot' : '{updates} updates are pending',
      {
        facts,
        ...next(
          '診療時間外に更新・再起動してください。',
          'apt-get upgrade, reboot, outside clinic hours',
        ),
      },
    )
  return ok('os', 'os-updates', '更新はありません', 'no update is pending', { facts })
}
