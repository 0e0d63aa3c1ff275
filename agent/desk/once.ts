/**
 * Headers with a key by which the agent knows what it was sent before: a second click, or the same
 * after an answer that was lost, makes nothing twice. Another content gets another key.
 */
export function openOnce(): {
  headers(body: unknown): Readonly<Record<string, string>>
  /** It was answered: the same content is a new wish from now on. */
  answered(): void
} {
  let sent = ''
  let key = ''
  return {
    headers(body) {
      const content = JSON.stringify(body)
      if (content !== sent || key === '') key = newKey()
      sent = content
      return { 'idempotency-key': key }
    },
    answered() {
      key = ''
    },
  }
}

/** `crypto.randomUUID` is kept from pages that came over plain HTTP. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
