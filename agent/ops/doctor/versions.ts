import { lastDayOf, nodeEndsAt } from '../node-schedule.ts'
import type { VersionFacts } from './agent.ts'
import { type Check, next, ng, ok, unseen } from './check.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const NEAR_DAYS = 90

/** Pure. YYYY-MM-DD of the last day of security fixes; null where it is not known. */
export function nodeEndOf(node: string): string | null {
  const endsAt = nodeEndsAt(node)
  return endsAt === null ? null : lastDayOf(endsAt)
}

/** Pure. */
export function versionChecks(own: VersionFacts, now: number): Check[] {
  return [...packageChecks(own), ...releaseChecks(own, now)]
}

/** What dpkg has installed is not what runs. */
function packageChecks({ rolledBack }: VersionFacts): Check[] {
  if (rolledBack === undefined) return []
  const { from, to } = rolledBack
  return [
    ng(
      'agent',
      'package',
      'パッケージは {from} ですが、前の版 {to} が動いています',
      'dpkg has {from}, and {to} runs: the upgrade went back by itself',
      {
        ...{ code: 'UPGRADE_ROLLED_BACK', number: 'C983', facts: { from, to } },
        ...next(
          'journalctl -u onshi-agent-upgrade を確認し、問題のない版を入れてください。',
          'See journalctl -u onshi-agent-upgrade; install a release that is well.',
        ),
      },
    ),
  ]
}

function releaseChecks(own: VersionFacts, now: number): Check[] {
  const { release, node, openssl, sqlite } = own
  const facts = { release, node, openssl, sqlite: sqlite ?? 'unknown' }
  const ends = nodeEndOf(node)
  const update = next(
    'onshi-agent を新しい版に更新してください。',
    'Install the current release of onshi-agent.',
  )
  if (ends === null)
    return [
      unseen('agent', 'versions', 'Node {node} の期限', 'the end of Node {node}', {
        facts,
        ...update,
      }),
    ]
  const left = Math.floor((Date.parse(`${ends}T23:59:59Z`) - now) / DAY_MS)
  const more = { facts: { ...facts, ends } }
  if (left < 0)
    return [
      ng('agent', 'versions', 'Node {node} の更新は終わりました', 'Node {node} ended on {ends}', {
        ...more,
        ...update,
      }),
    ]
  return [
    ok('agent', 'versions', '{release}／Node {node}（{ends} まで）', 'SQLite {sqlite}', {
      ...more,
      ...(left <= NEAR_DAYS ? update : {}),
    }),
  ]
}
