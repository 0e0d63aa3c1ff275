import { faults } from '../../kernel/faults.ts'
import { type Check, next, ng, ok, unseen } from './check.ts'

/** A fault as the agent tells it: with its texts. */
export interface DoctorFault {
  readonly code: string
  readonly number: string
  readonly title: string
  readonly action: string
  /** English. */
  readonly detail: string
}

/** A configured reader, as far as it is known. */
export interface DoctorReader {
  readonly name: string
  readonly driver: string
  /** Null where no agent runs. */
  readonly state: 'starting' | 'ready' | 'card-present' | 'down' | null
  readonly fault: DoctorFault | null
  /** Maker’s name of the device. */
  readonly device: string | null
}

/** A device that is plugged in and may be a reader. */
export interface DoctorDevice {
  /** Of the table of models, else what the device says itself. */
  readonly name: string
  /** `054c:0dc8`. */
  readonly usb: string
  /** 技適 or 型式指定, by the table of models. */
  readonly conformity: 'listed' | 'none' | 'unknown'
  readonly driver: string | null
}

export interface ReaderFacts {
  readonly readers: readonly DoctorReader[]
  readonly devices: readonly DoctorDevice[]
  /** Cards are read at the official terminal. */
  readonly isAtTerminal: boolean
}

/** Pure. */
export function readerChecks({ readers, devices, isAtTerminal }: ReaderFacts): Check[] {
  if (readers.length === 0)
    return [
      isAtTerminal
        ? unseen(
            'reader',
            'reader-state',
            'リーダーは資格確認端末の機器です',
            'readers belong to the terminal',
            next('端末の画面で確認してください。', 'Look at the terminal.'),
          )
        : ok(
            'reader',
            'reader-state',
            'リーダーは設定されていません',
            'no reader is configured',
            devices.length === 0
              ? {}
              : next(
                  'onshi-agent readers が設定の書き方を示します。',
                  'onshi-agent readers prints what to write.',
                ),
          ),
    ]
  return [...readers.map(stateOf), ...conformityOf(devices)]
}

function stateOf({ name, driver, state, fault, device }: DoctorReader): Check {
  const more = {
    subject: name,
    facts: { driver, ...(state === null ? {} : { state }) },
    own: { device: device ?? '' },
  }
  if (state === null)
    return unseen('reader', 'reader-state', '{driver}', 'driver {driver}', {
      ...more,
      ...next(
        'onshi-agent readers で接続を確認してください。',
        'onshi-agent readers lists what is plugged in.',
      ),
    })
  if (fault !== null || state === 'down') {
    const { number, title, action, hint } = faults.READER_GONE
    const said = fault ?? { code: 'READER_GONE', number, title, action, detail: hint }
    return ng('reader', 'reader-state', said.title, said.code, {
      ...more,
      ...{ code: said.code, number: said.number },
      own: { detail: said.detail },
      ...next(said.action, '{detail}'),
    })
  }
  return ok('reader', 'reader-state', '使えます（{device}）', '{state}, {driver}', more)
}

function conformityOf(devices: readonly DoctorDevice[]): Check[] {
  if (devices.length === 0)
    return [
      unseen(
        'reader',
        'reader-conformity',
        '技適・型式指定',
        'radio conformity',
        next('リーダー本体の表示を確認してください。', 'Look at the label of the reader.'),
      ),
    ]
  return devices.map(({ name, usb, conformity }) => {
    const more = { subject: usb, own: { name } }
    if (conformity === 'none')
      return ng(
        'reader',
        'reader-conformity',
        '技適なし（実験用）: {name}',
        'no radio conformity: {name}',
        {
          ...more,
          ...next(
            '国内では使えません。技適のあるリーダーに替えてください。',
            'Not for use in Japan: replace the reader.',
          ),
        },
      )
    if (conformity === 'listed')
      return ok('reader', 'reader-conformity', '技適あり: {name}', 'radio conformity listed', more)
    return unseen(
      'reader',
      'reader-conformity',
      '技適・型式指定: {name}',
      'radio conformity: {name}',
      {
        ...more,
        ...next('本体の技適マークを確認してください。', 'Unknown model: look for the mark on it.'),
      },
    )
  })
}
