import { globSync, readFileSync } from 'node:fs'
import ts from 'typescript'

/** One place in the source that writes to the log. */
export interface LogCall {
  /** `file:line`. */
  readonly at: string
  readonly event: string
  readonly level: string
  /** Names of the facts that stand there by name. */
  readonly facts: readonly string[]
}

const LEVELS = ['info', 'warn', 'error']

/** Every event name of the program: where a log is called, and where a name is made for such a call. */
export const logCalls = (files = sources()): LogCall[] =>
  files.flatMap((file) => callsIn(file, readFileSync(file, 'utf8')))

/** What runs in the daemon. */
const sources = () =>
  globSync(['agent/**/*.ts', 'drivers/**/*.ts'], {
    exclude: ['agent/{sim,client,conformance,desk}/**'],
  })

const parsed = (file: string, text: string) =>
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)

export function callsIn(file: string, text: string): LogCall[] {
  const source = parsed(file, text)
  const found: LogCall[] = []
  const add = (node: ts.Node, event: string, level: string, facts: readonly string[]) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    found.push({ at: `${file}:${line + 1}`, event, level, facts })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const call = logCall(node)
      if (call !== undefined) add(node, call.event, call.level, call.facts)
    } else if (ts.isObjectLiteralExpression(node)) {
      const entry = logEntry(node)
      if (entry !== undefined) add(node, entry.event, entry.level, [])
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** `log.warn(facts, 'event')`, whatever stands before `log`. */
function logCall({ expression, arguments: args }: ts.CallExpression) {
  if (!ts.isPropertyAccessExpression(expression) || !LEVELS.includes(expression.name.text)) return
  if (!/(^|[.#])log$/i.test(expression.expression.getText())) return
  const [facts, event] = args
  if (event === undefined || !ts.isStringLiteral(event)) return
  return { event: event.text, level: expression.name.text, facts: facts ? namesIn(facts) : [] }
}

/** `{ level: 'warn', event: 'event', … }`, or `{ is: 'note', event }` of the folders’ thread. */
function logEntry(node: ts.ObjectLiteralExpression) {
  const texts = new Map(
    node.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) ? [[property.name.getText(), property.initializer]] : [],
    ),
  )
  const event = texts.get('event')
  if (event === undefined || !ts.isStringLiteral(event)) return
  const level = texts.get('level')
  const levels =
    level === undefined ? ['warn'] : LEVELS.filter((one) => level.getText().includes(`'${one}'`))
  return { event: event.text, level: levels.join(', '), facts: [] }
}

const namesIn = (facts: ts.Expression): string[] =>
  ts.isObjectLiteralExpression(facts)
    ? facts.properties.flatMap((property) => {
        if (ts.isSpreadAssignment(property)) return []
        const name = property.name?.getText()
        return name === undefined ? [] : [name]
      })
    : []

/** Files that call a log with a name that does not stand there. */
export function unnamedCalls(files = sources()): string[] {
  const isUnnamed = (node: ts.Node): boolean => {
    if (!ts.isCallExpression(node)) return false
    const { expression, arguments: args } = node
    const isLog =
      (ts.isPropertyAccessExpression(expression) || ts.isElementAccessExpression(expression)) &&
      /(^|[.#])log$/i.test(expression.expression.getText())
    return isLog && args.length === 2 && args[1] !== undefined && !ts.isStringLiteral(args[1])
  }
  const holds = (node: ts.Node): boolean =>
    isUnnamed(node) || ts.forEachChild(node, (child) => holds(child) || undefined) === true
  return files.filter((file) => holds(parsed(file, readFileSync(file, 'utf8')))).sort()
}
