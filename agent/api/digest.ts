import { Type } from 'typebox'
import { Digest } from '../kernel/digest.ts'
import { inJapan } from '../kernel/time.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import { type Column, csvOf } from './csv.ts'
import { sendCsv } from './csv-body.ts'
import { DayText, dayIn } from './day-query.ts'
import { digestPage, wordOf } from './digest-page.ts'
import type { Digests } from './ports.ts'

const strict = { additionalProperties: false } as const
const Query = Type.Object(
  {
    day: Type.Optional(DayText('Today when absent.')),
    format: Type.Optional(
      Type.Enum(['json', 'csv', 'html'], {
        description: 'csv opens in Excel, html is for printing; json when absent.',
      }),
    ),
  },
  strict,
)

const doc = {
  summary: 'One day in figures and lists',
  description: 'Also as CSV (`format=csv`) and as a page to print (`format=html`).',
  answers: {
    200: { description: 'As it stands now.', schema: Digest, also: ['text/csv', 'text/html'] },
  },
  problems: ['AUDIT_UNAVAILABLE'],
} as const

/** One list: what a row is about, and its figures. */
const columns: readonly Column[] = [
  { name: 'kind', title: '区分' },
  { name: 'askedAt', title: '時刻' },
  { name: 'patientNumber', title: '患者番号' },
  { name: 'number', title: '番号' },
  { name: 'text', title: '内容' },
  { name: 'count', title: '件数' },
  { name: 'verificationId', title: '照会ID' },
]

const counted = (kind: string, counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([code, n]) => ({ kind, text: wordOf(code), count: String(n) }))

const about = (one: {
  readonly askedAt: string
  readonly patientNumber: string | null
  readonly verificationId: string
}) => ({
  askedAt: one.askedAt,
  patientNumber: one.patientNumber ?? '',
  verificationId: one.verificationId,
})

function rowsOf(digest: Digest): Record<string, string>[] {
  const { lookup } = digest
  const times = { 中央値: lookup.median, '90%が以内': lookup.p90, 最長: lookup.longest }
  return [
    ...counted('結果', digest.byOutcome),
    ...counted('方法', digest.bySource),
    ...counted('メモ', digest.notes),
    { kind: '新患', count: String(digest.firstVisits) },
    { kind: '保険者の変更', count: String(digest.insurerChanges) },
    ...Object.entries(times).map(([text, value]) => ({
      kind: '照会にかかった秒数',
      text,
      count: value === null ? '' : String(value),
    })),
    ...digest.unresolved.map((one) => ({
      ...about(one),
      kind: '未確認',
      text: wordOf(one.outcome),
    })),
    ...digest.held.map((one) => ({ ...about(one), kind: '本人確認待ち' })),
    ...digest.mismatches.map((one) => ({
      ...about(one),
      kind: '不一致・注意',
      number: one.number,
      text: one.title,
    })),
    ...digest.undelivered.flatMap(({ consumer, waiting, parked, refused }) =>
      Object.entries({ 送信待ち: waiting, 確認待ち: parked, 拒否: refused }).map(([text, n]) => ({
        kind: `未配信 ${consumer}`,
        text,
        count: String(n),
      })),
    ),
  ]
}

export function digestRoutes(app: App, digests: Digests, context: Context): void {
  app.get(
    '/v1/digest',
    { schema: { querystring: Query }, config: { doc } },
    async (request, reply) => {
      const { format = 'json' } = request.query
      const day = dayIn(request.query.day ?? inJapan(context.clock.now()).slice(0, 10))
      const digest = await digests.of(day)
      await context.audit.read(callerOf(request).consumer, 'digest', day)
      if (format === 'csv') return sendCsv(reply, `digest-${day}`, csvOf(columns, rowsOf(digest)))
      if (format === 'html') return reply.type('text/html; charset=utf-8').send(digestPage(digest))
      return reply.send(digest)
    },
  )
}
