import assert from 'node:assert/strict'
import { type Agent, request as httpRequest } from 'node:http'

/** A client of the tests' own: nothing of the product is trusted to judge the simulator. */
export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface Send {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly agent?: Agent
}

/** Rejects when the connection breaks before the end of the body. */
export const send = ({ url, method = 'GET', headers = {}, body, agent }: Send) =>
  new Promise<Received>((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: agent ?? false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })

/** A record as it goes over the wire. */
export interface Tree {
  readonly [name: string]: string | Tree | readonly Tree[]
}

const isList = (value: Tree[string]): value is readonly Tree[] => Array.isArray(value)

/** The elements of the `xml2` convention. */
const elements = (tree: Tree): string =>
  Object.entries(tree)
    .map(([name, value]) => {
      if (typeof value === 'string') return `<${name} type="string">${value}</${name}>`
      if (!isList(value)) return `<${name} type="record">${elements(value)}</${name}>`
      const children = value.map(
        (one) => `<${name}_child type="record">${elements(one)}</${name}_child>`,
      )
      return `<${name} type="array">${children.join('')}</${name}>`
    })
    .join('')

export const xml2 = (tree: Tree): string => `<data>${elements(tree)}</data>`

interface Open {
  readonly name: string
  readonly type: string
  readonly tree: { [name: string]: Tree[string] }
  readonly list: Tree[]
  text: string
}

const valueIn = ({ type, tree, list, text }: Open): Tree[string] => {
  if (type === 'string') return text
  return type === 'array' ? list : tree
}

const PIECE = /<(\/?)([A-Za-z_0-9]+)(?: type="(\w+)")?>([^<]*)/g

/** The record below the root, by its name. Fails on what is not of the convention. */
export const parsed = (xml: string): Tree => {
  const stack: Open[] = [{ name: '', type: 'record', tree: {}, list: [], text: '' }]
  for (const [, slash, name = '', type = 'record', text = ''] of xml.matchAll(PIECE)) {
    if (slash === '') {
      stack.push({ name, type, tree: {}, list: [], text })
      continue
    }
    const closed = stack.pop()
    assert.ok(closed)
    assert.equal(closed.name, name)
    const parent = stack.at(-1)
    assert.ok(parent)
    if (parent.type === 'array') {
      assert.equal(name, `${parent.name}_child`)
      parent.list.push(closed.tree)
    } else parent.tree[name] = valueIn(closed)
  }
  assert.equal(stack.length, 1)
  const root = stack[0]?.tree ?? {}
  return treeAt(root, Object.keys(root)[0] ?? '')
}

/** A record within a record; empty where it is not there. */
export const treeAt = (tree: Tree, ...path: readonly string[]): Tree => {
  let here: Tree = tree
  for (const name of path) {
    const value = here[name] ?? {}
    assert.ok(typeof value !== 'string' && !isList(value), `${name} is a record`)
    here = value
  }
  return here
}

/** A list within a record, without the empty records at its end. */
export const listAt = (tree: Tree, ...path: readonly string[]): readonly Tree[] => {
  const last = path.at(-1) ?? ''
  const value = treeAt(tree, ...path.slice(0, -1))[last] ?? []
  assert.ok(typeof value !== 'string' && isList(value), `${last} is a list`)
  return value.filter((one) => Object.keys(one).length > 0)
}

/** A text within a record; '' where it is not there. */
export const textAt = (tree: Tree, ...path: readonly string[]): string => {
  const last = path.at(-1) ?? ''
  const value = treeAt(tree, ...path.slice(0, -1))[last] ?? ''
  assert.equal(typeof value, 'string', `${last} is a text`)
  return typeof value === 'string' ? value : ''
}
