import { firstHalf } from '../delivery.ts'
import { htmlReply, pageReply, type Reply, textReply } from '../http.ts'
import type { Behaviour } from './behaviour.ts'

/** Our own words: what the real page of a line without its 回線認証 says is not public. */
const captivePage = (): Reply =>
  pageReply(
    200,
    `<head><meta charset="utf-8"><title>回線認証</title></head><body>
<h1>回線認証（模擬）</h1>
<p>この回線は回線認証が完了していません。お客様IDを入力して、回線認証を行ってください。</p>
<form method="post"><input name="customer"><button>認証</button></form>
</body>`,
  )

const BUSY_RETRY_SECONDS = '2'

/** The reply that a behaviour puts in the place of the good one. */
export const replaced = (reply: Reply, { mode, status }: Behaviour): Reply => {
  switch (mode) {
    case 'status':
      return htmlReply(status ?? 500, 'Simulated error')
    case 'busy':
      return textReply(503, 'busy', { 'retry-after': BUSY_RETRY_SECONDS })
    case 'too-many':
      return textReply(429, 'too many requests', { 'retry-after': BUSY_RETRY_SECONDS })
    case 'login-page':
      return htmlReply(200, 'ログイン')
    case 'captive':
      return captivePage()
    case 'not-xml':
      return {
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body: Buffer.from('Simulated gateway: this is no XML.'),
      }
    case 'truncated':
      return { ...reply, body: firstHalf(reply) }
    default:
      return reply
  }
}
