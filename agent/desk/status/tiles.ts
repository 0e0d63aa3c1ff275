import type { DeliveryList } from '../../api/deliveries.ts'
import type { DeskState } from '../../api/desk-shapes.ts'
import type { JobList } from '../../api/jobs.ts'
import { clockOf } from '../words.ts'

export type Check = DeskState['checks'][string][number]
/** none: nothing to judge here: not used, or not visible from here. */
export type Tone = 'good' | 'warn' | 'stop' | 'none'

/** One part on the way from the desk to the official side, in a word. */
export interface Tile {
  readonly title: string
  /** Name from the configuration, of a line; '' where there is one alone. */
  readonly device: string
  readonly tone: Tone
  readonly words: string
  /** What is wrong, worst and newest first. */
  readonly wrong: readonly Check[]
  /** Heading below that has the details; '' where there is no more to say. */
  readonly section: string
}

export const marks: Readonly<Record<Tone, string>> = { good: '○', warn: '△', stop: '×', none: '―' }

export interface TileFacts {
  readonly state: DeskState
  readonly isConnected: boolean
  readonly version: string
  /** Null: not loaded, or not for this role. */
  readonly deliveries: DeliveryList | null
  readonly jobs: JobList | null
}

/** In the order of the path, so that everything keeps its place. */
export function tilesOf(facts: TileFacts): Tile[] {
  const { state } = facts
  const known = [
    agent(facts),
    readers(state),
    ...(state.via === 'lines' ? lines(state) : [linesElsewhere(state)]),
    ...(state.via === 'lines' ? [certificate(state)] : []),
    ...(state.via === 'terminal' || of(state, 'terminal').length > 0 ? [terminal(state)] : []),
    tile('オンライン資格確認システム', of(state, 'gateway'), '異常は見つかっていません'),
    tile('記録（データベース）', of(state, 'store'), '記録できています'),
    deliveries(facts),
    backup(state),
    jobs(facts),
    version(facts),
  ]
  const shown = new Set(known.flatMap(({ wrong }) => wrong))
  const rest = Object.values(state.checks)
    .flat()
    .filter((check) => check.status !== 'pass' && !shown.has(check))
  return rest.length === 0 ? known : [...known, tile('そのほか', rest, '')]
}

const of = ({ checks }: DeskState, component: string): readonly Check[] => checks[component] ?? []

/** What can be told of checks alone; a statement (`pass`) says what there is where nothing is wrong. */
function tile(title: string, checks: readonly Check[], fine: string, section = ''): Tile {
  const wrong = checks
    .filter(({ status }) => status !== 'pass')
    .sort(
      (one, other) =>
        one.status.localeCompare(other.status) || other.since.localeCompare(one.since),
    )
  const [worst] = wrong
  const base = { title, device: '', wrong, section }
  if (worst !== undefined)
    return { ...base, tone: worst.status === 'fail' ? 'stop' : 'warn', words: wordsOf(worst) }
  return { ...base, tone: 'good', words: checks[0]?.title ?? fine }
}

function wordsOf({ title, facts }: Check): string {
  const days = facts['days']
  return typeof days === 'number' ? `${title}（残り${days}日）` : title
}

function agent({ state, isConnected }: TileFacts): Tile {
  const shown = tile('受付システム', of(state, 'agent'), '動いています')
  if (isConnected) return shown
  return {
    ...shown,
    tone: 'stop',
    words: `つながりません（E699）。${clockOf(state.at)}の様子を表示しています`,
  }
}

function readers(state: DeskState): Tile {
  const shown = tile('カードリーダー', of(state, 'reader'), 'すべて使えます', 'readers')
  if (shown.tone !== 'good') return shown
  if (state.readers.length === 0)
    return { ...shown, tone: 'none', words: 'ありません', section: '' }
  // Within the time in which a condition is not told yet.
  const isDown = state.readers.some(({ state }) => state === 'down')
  return isDown ? { ...shown, tone: 'warn', words: 'つながりを確認しています' } : shown
}

/** 回線認証 is a part of its own to monitors, and of its line to who stands before it. */
const ofLines = (state: DeskState) => [...of(state, 'line'), ...of(state, 'line-authentication')]

const standings = {
  up: 'つながっています',
  trial: 'つながり直し、様子を見ています',
  down: 'つながりません',
} as const

function lines(state: DeskState): Tile[] {
  const checks = ofLines(state)
  const each = state.lines.map((line): Tile => {
    const own = checks.filter(({ componentId }) => componentId === line.name)
    const use = line.isCurrent ? '（使用中）' : '（待機）'
    const fine = `${standings[line.standing]}${line.standing === 'up' ? use : ''}`
    const shown = { ...tile('回線', own, fine, 'lines'), device: line.name }
    const isSure = shown.tone !== 'good' || line.standing === 'up'
    return isSure ? shown : { ...shown, tone: 'warn' }
  })
  const names = new Set(state.lines.map(({ name }) => name))
  const ofAll = checks.filter(({ componentId }) => !names.has(componentId))
  return ofAll.length === 0 ? each : [...each, tile('回線（全体）', ofAll, '', 'lines')]
}

const linesElsewhere = (state: DeskState): Tile => elsewhere(tile('回線', ofLines(state), ''))

/** What the official terminal has is neither well nor broken, as seen from here. */
const elsewhere = (shown: Tile): Tile =>
  shown.wrong.length > 0
    ? shown
    : { ...shown, tone: 'none', words: shown.words || '資格確認端末で確認してください' }

function certificate(state: DeskState): Tile {
  return tile('電子証明書', of(state, 'certificate'), '期限まで余裕があります', 'certificate')
}

const terminal = (state: DeskState): Tile =>
  tile('資格確認端末', of(state, 'terminal'), '異常は見つかっていません', 'terminal')

function deliveries({ state, deliveries }: TileFacts): Tile {
  const shown = tile('配信', of(state, 'delivery'), '届いています', 'deliveries')
  if (deliveries === null || shown.tone !== 'good') return shown
  return deliveries.items.length === 0
    ? { ...shown, tone: 'none', words: '配信先はありません' }
    : shown
}

/** Whether there are any, its checks say; before the first one there may be none. */
function backup(state: DeskState): Tile {
  const checks = of(state, 'backup')
  const shown = tile('バックアップ', checks, '', checks.length === 0 ? 'backup' : '')
  if (checks.length > 0) return shown
  return { ...shown, tone: 'none', words: 'まだありません' }
}

function jobs({ state, jobs }: TileFacts): Tile {
  const shown = tile('自動の仕事', of(state, 'job'), '予定どおりです', 'jobs')
  const isFailed = jobs?.items.some(({ last }) => last?.ending === 'failed') === true
  return isFailed && shown.tone === 'good'
    ? { ...shown, tone: 'warn', words: '前回できなかったものがあります' }
    : shown
}

const version = ({ state, version }: TileFacts): Tile => tile('版', of(state, 'version'), version)
