import { Inapplicable, Refuted } from './finding.ts'
import { type Reply, shownHeader, typeOf } from './http.ts'
import { at, textAt } from './json.ts'

/** What a refusal lacks of `application/problem+json` as we promise it; undefined: nothing. */
export function complaint({ status, headers, json }: Reply): string | undefined {
  if (typeOf(headers) !== 'application/problem+json')
    return `content type ${shownHeader(headers['content-type'])}`
  if (json === undefined) return 'a body that is no JSON'
  if (at(json, 'status') !== status) return 'another status in the body'
  if (!/^[A-Z][A-Z0-9_]+$/.test(textAt(json, 'code'))) return 'no code'
  if (!/^[A-Z]\d{3,4}$/.test(textAt(json, 'number'))) return 'no number'
  if (!/[ぁ-んァ-ヶ一-龠]/.test(textAt(json, 'title'))) return 'no Japanese title'
  if (!/[ぁ-んァ-ヶ一-龠]/.test(textAt(json, 'action'))) return 'no Japanese action'
  return textAt(json, 'detail') === '' ? 'no detail' : undefined
}

const shownCode = ({ status, json }: Reply) => {
  const code = textAt(json, 'code')
  return `${status}${/^[A-Z0-9_]{1,60}$/.test(code) ? ` ${code}` : ''}`
}

/** Throws unless the status is one of these; `Inapplicable` where the token's role may not do it. */
export function expectStatus(reply: Reply, ...statuses: readonly number[]): void {
  if (statuses.includes(reply.status)) return
  passOverForbidden(reply)
  throw new Refuted(statuses.join(' or '), shownCode(reply))
}

/**
 * Throws unless it is this refusal; `Inapplicable` where the token's role may not do it. What else
 * belongs to a problem is looked at once, for all refusals of the run.
 */
export function expectProblem(reply: Reply, status: number, code: string): void {
  const isIt = reply.status === status && textAt(reply.json, 'code') === code
  if (!isIt) passOverForbidden(reply)
  if (!isIt) throw new Refuted(`${status} ${code}`, shownCode(reply))
}

function passOverForbidden({ status, json }: Reply): void {
  if (status === 403 && textAt(json, 'code') === 'FORBIDDEN')
    throw new Inapplicable(
      'the role of this token may not do this',
      'このトークンの役割では許可されていません。',
    )
}
