/** One curl line of a page, and the answer that is shown under it. */
export interface Line {
  readonly command: string
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  /** As text; '' where none is shown. */
  readonly body: string
}

interface Fence {
  readonly language: string
  readonly text: string
}

export const fencesIn = (page: string): Fence[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))

/** Every curl line of a page. Throws where one is not followed by its answer. */
export function linesIn(page: string): Line[] {
  const fences = fencesIn(page)
  return fences.flatMap(({ language, text }, place) => {
    if (language !== 'sh') return []
    const commands = text.split('\n').filter((line) => /^\s*curl\b/.test(line))
    if (commands.length === 0) return []
    const [command, second] = commands
    const answer = fences[place + 1]
    if (command === undefined || second !== undefined || answer?.language !== 'http')
      throw new Error(`one curl line, and then its answer: ${text}`)
    return [{ command, ...answerIn(answer.text) }]
  })
}

/** An answer as `curl -i` prints it. */
export function answerIn(text: string): Omit<Line, 'command'> {
  const [head = '', ...parts] = text.replaceAll('\r\n', '\n').split('\n\n')
  const [first = '', ...fields] = head.trim().split('\n')
  const headers = fields.map((field) => {
    const [name = '', ...value] = field.split(':')
    return [name.toLowerCase(), value.join(':').trim()]
  })
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]),
    headers: Object.fromEntries(headers),
    body: parts.join('\n\n').trim(),
  }
}

/** The data of a stream’s frames whose line has come to its end; the rest may still be on its way. */
export const dataIn = (body: string): unknown[] =>
  [...body.matchAll(/^data: (.*)\n/gm)].map(([, data = '']) => JSON.parse(data))

/**
 * What of `shown` did not come, as paths. `…` stands for any text, `$NAME` for what `variables` has
 * under this name, or, where a text is nothing else, puts it there.
 */
export function missing(
  shown: unknown,
  came: unknown,
  variables: Map<string, string>,
  path = '',
): string[] {
  if (typeof shown === 'string') return fits(shown, came, variables) ? [] : [path]
  if (typeof shown !== 'object' || shown === null) return shown === came ? [] : [path]
  if (typeof came !== 'object' || came === null) return [path]
  if (Array.isArray(shown) && (!Array.isArray(came) || (shown.length === 0 && came.length > 0)))
    return [path]
  const found = new Map<string, unknown>(Object.entries(came))
  return Object.entries(shown).flatMap(([key, part]) =>
    found.has(key)
      ? missing(part, found.get(key), variables, `${path}.${key}`)
      : [`${path}.${key}`],
  )
}

function fits(shown: string, came: unknown, variables: Map<string, string>): boolean {
  if (typeof came !== 'string' || came === '') return false
  if (shown === '…') return true
  const [, name] = /^\$([A-Z_]+)$/.exec(shown) ?? []
  if (name !== undefined && (!variables.has(name) || renewed.has(name))) {
    variables.set(name, came)
    return true
  }
  return came === shown.replaceAll(/\$([A-Z_]+)/g, (_, one: string) => variables.get(one) ?? '')
}

/** Each page ends elsewhere; any other name stays what it was. */
const renewed = new Set(['CURSOR'])
