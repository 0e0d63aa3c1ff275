import { faults } from '../../kernel/faults.ts'
import { type Check, next, ng, ok, unseen } from './check.ts'

/** What a look into the database without an agent found. */
export type StoreView =
  | { readonly is: 'running'; readonly sizeBytes: number | null; readonly walBytes: number | null }
  | {
      readonly is: 'examined'
      readonly sizeBytes: number
      readonly walBytes: number
      readonly schema: number
      /** Null: too large to be gone through now. */
      readonly isSound: boolean | null
      readonly tookMs: number
    }
  | { readonly is: 'refused'; readonly code: keyof typeof faults }
  | { readonly is: 'absent' }
  | { readonly is: 'hidden' }

const MIB = 1024 * 1024
const mib = (bytes: number) => Math.ceil(bytes / MIB)
/** Checkpoints keep it at a few MiB; more means that they fail, or that a reader holds it. */
const WAL_MOST_BYTES = 256 * MIB

/** Pure. */
export function storeChecks(view: StoreView): Check[] {
  switch (view.is) {
    case 'absent':
      return [ok('store', 'store-opens', '記録はまだありません', 'there is no database yet')]
    case 'hidden':
      return [
        unseen(
          'store',
          'store-opens',
          '記録',
          'the database',
          next(
            '設定を直し、root で実行してください。',
            'Correct the configuration; run it as root.',
          ),
        ),
      ]
    case 'refused': {
      const { number, title, action, hint } = faults[view.code]
      return [
        ng('store', 'store-opens', title, view.code, {
          code: view.code,
          number,
          ...next(action, hint),
        }),
      ]
    }
    case 'running':
      return runningStore(view)
    case 'examined':
      return examinedStore(view)
  }
}

function runningStore({ sizeBytes, walBytes }: Extract<StoreView, { is: 'running' }>): Check[] {
  if (sizeBytes === null || walBytes === null)
    return [ok('store', 'store-opens', '使われています', 'in use by the agent')]
  const facts = { sizeMib: mib(sizeBytes), walMib: mib(walBytes) }
  if (walBytes > WAL_MOST_BYTES) return [swollen(facts)]
  return [
    ok('store', 'store-opens', '使われています（{sizeMib} MiB）', 'in use, log {walMib} MiB', {
      facts,
    }),
  ]
}

const swollen = (facts: Check['facts']): Check =>
  ng(
    'store',
    'store-wal',
    '書き込みの控え（WAL）が {walMib} MiB あります',
    'the log has {walMib} MiB',
    {
      facts,
      ...next(
        '再起動し、続くときは保守業者に連絡してください。',
        'Restart the agent; see checkpoint-failed in the journal.',
      ),
    },
  )

function examinedStore(view: Extract<StoreView, { is: 'examined' }>): Check[] {
  const { sizeBytes, walBytes, schema, isSound, tookMs } = view
  const facts = {
    sizeMib: mib(sizeBytes),
    walMib: mib(walBytes),
    schema,
    tookMs: Math.round(tookMs),
  }
  if (isSound === false) {
    const { number, title, action, hint } = faults.STORE_CORRUPT
    return [
      ng('store', 'store-integrity', title, 'STORE_CORRUPT', {
        code: 'STORE_CORRUPT',
        number,
        facts,
        ...next(action, hint),
      }),
    ]
  }
  return [
    ok('store', 'store-opens', '開けます（{sizeMib} MiB、版 {schema}）', 'opens, schema {schema}', {
      facts,
    }),
    isSound === null
      ? unseen('store', 'store-integrity', '大きいため検査していません', 'too large to check now', {
          facts,
          ...next('バックアップの検証で確認してください。', 'onshi-agent verify-backup'),
        })
      : ok('store', 'store-integrity', '壊れていません（{tookMs} ms）', 'sound, {tookMs} ms', {
          facts,
        }),
  ]
}
