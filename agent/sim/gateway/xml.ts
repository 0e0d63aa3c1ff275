import { SaxesParser } from 'saxes'

/** An element as it came. `text` is that of an element without children. */
export interface Received {
  readonly name: string
  readonly text: string
  readonly children: readonly Received[]
}

export type Parsed =
  | { readonly is: 'document'; readonly root: Received; readonly charset: 'utf-8' | 'shift_jis' }
  | { readonly is: 'refused'; readonly reason: string }

const refused = (reason: string): Parsed => ({ is: 'refused', reason })

interface Open {
  readonly name: string
  text: string
  readonly children: Received[]
}

/** Builds the tree. Returns a reason instead when it is not the plain XML of an official message. */
const treeOf = (source: string): Received | string => {
  const stack: Open[] = []
  let root: Received | undefined
  let wrong: string | undefined
  const refuse = (reason: string) => {
    wrong ??= reason
  }
  const parser = new SaxesParser({ xmlns: false })
  parser.on('error', () => refuse('not well-formed XML'))
  parser.on('doctype', () => refuse('a DOCTYPE is not allowed'))
  parser.on('processinginstruction', () => refuse('processing instructions are not allowed'))
  parser.on('opentag', ({ name, attributes }) => {
    if (Object.keys(attributes).length > 0) refuse(`attributes are not allowed on <${name}>`)
    stack.push({ name, text: '', children: [] })
  })
  const text = (piece: string) => {
    const open = stack.at(-1)
    if (open !== undefined) open.text += piece
  }
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('closetag', () => {
    const closed = stack.pop()
    if (closed === undefined) return
    if (closed.children.length > 0 && closed.text.trim() !== '')
      refuse(`text between the elements of <${closed.name}>`)
    const parent = stack.at(-1)
    if (parent === undefined) root = closed
    else parent.children.push(closed)
  })
  parser.write(source).close()
  return wrong ?? root ?? 'no root element'
}

const CHARSETS: Readonly<Record<string, 'utf-8' | 'shift_jis'>> = {
  'utf-8': 'utf-8',
  shift_jis: 'shift_jis',
}

/** The start of every request: the declaration, after a UTF-8 BOM or nothing. */
const DECLARATION = /^(ï»¿)?<\?xml version="1\.0" encoding="([A-Za-z0-9_-]+)"[^>]*\?>/

/** Bytes to a tree by the declared charset, which must be UTF-8 or Shift_JIS (CP932) and true. */
export const parse = (bytes: Uint8Array): Parsed => {
  const start = DECLARATION.exec(Buffer.from(bytes.subarray(0, 200)).toString('latin1'))
  if (start === null) return refused('no XML declaration with an encoding')
  const charset = CHARSETS[(start[2] ?? '').toLowerCase()]
  if (charset === undefined) return refused('the encoding must be UTF-8 or Shift_JIS')
  if (start[1] !== undefined && charset !== 'utf-8') return refused('a UTF-8 BOM before Shift_JIS')
  let source: string
  try {
    source = new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return refused(`the bytes are not ${charset}`)
  }
  const root = treeOf(source)
  return typeof root === 'string' ? refused(root) : { is: 'document', root, charset }
}
