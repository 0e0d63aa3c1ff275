import type { DeskState } from '../api/desk-shapes.ts'

export type Reader = DeskState['readers'][number]
export type Tap = DeskState['presentations'][number]

/** What a reader is doing, in words, and what helps where something is wrong. */
export interface ReaderSaid {
  readonly tone: 'soft' | 'good' | 'warn' | 'stop'
  readonly words: string
  readonly action: string
  /** Of the fault; '' where there is none. */
  readonly number: string
}

const said = (tone: ReaderSaid['tone'], words: string, action = '', number = ''): ReaderSaid => ({
  tone,
  words,
  action,
  number,
})

const OTHER_CARD = 'マイナンバーカードを置いていただいてください。'

/**
 * `taps`: what stood on this reader, oldest first. `hasResult`: of the newest tap there is a result.
 */
export function readerSaid(reader: Reader, taps: readonly Tap[], hasResult: boolean): ReaderSaid {
  const { state, fault } = reader
  if (state === 'down')
    return said(
      'stop',
      fault?.title ?? 'カードリーダーが使えません。',
      fault?.action,
      fault?.number,
    )
  if (state === 'starting') return said('soft', '準備しています')
  const tap = taps.at(-1)
  if (tap === undefined)
    return state === 'card-present'
      ? said('soft', 'カードを読み取っています')
      : said('soft', '待機中')
  return tapSaid(tap, hasResult)
}

function tapSaid(tap: Tap, hasResult: boolean): ReaderSaid {
  if (tap.kind === 'other-card')
    return said(
      'warn',
      `マイナンバーカードではありません${tap.name === null ? '' : `（${tap.name}）`}`,
      OTHER_CARD,
    )
  if (tap.kind === 'not-a-card')
    return said('warn', 'カードではないもの（スマートフォンなど）が置かれています', OTHER_CARD)
  if (tap.kind === 'unreadable')
    return said(
      'warn',
      tap.fault?.title ?? 'カードを読み取れません。',
      tap.fault?.action ?? 'もう一度カードを置いていただいてください。',
      tap.fault?.number,
    )
  if (tap.state === 'confirmed')
    return hasResult ? said('good', '済（結果が出ました）') : said('soft', '照会しています')
  if (tap.state === 'gone')
    return said('soft', 'カードの受付は終わりました', 'もう一度カードを置いていただいてください。')
  if (tap.pin === 'entering') return said('warn', '暗証番号の入力を待っています')
  return said('warn', '目視で確認してください')
}
