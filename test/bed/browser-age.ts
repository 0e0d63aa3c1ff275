import ts from 'typescript'

/**
 * What browsers of reception do not know: Chromium 109, the last for Windows 7 and 8.1, and Safari 15.4
 * of tablets that get no newer one. A name with a dot is that of a static function.
 */
const TOO_NEW: ReadonlySet<string> = new Set([
  'toSorted',
  'toReversed',
  'toSpliced',
  'with',
  'Object.groupBy',
  'Map.groupBy',
  'Promise.withResolvers',
  'Promise.try',
  'Array.fromAsync',
  'Iterator.from',
  'toArray',
  'union',
  'intersection',
  'difference',
  'symmetricDifference',
  'isSubsetOf',
  'isSupersetOf',
  'isDisjointFrom',
  'isWellFormed',
  'toWellFormed',
  'RegExp.escape',
  'AbortSignal.any',
  'AbortSignal.timeout',
  'URL.canParse',
  'URL.parse',
  'showPopover',
  'hidePopover',
  'togglePopover',
  'checkVisibility',
  'startViewTransition',
  'moveBefore',
  'setHTML',
  // Kept from pages that came over plain HTTP.
  'crypto.randomUUID',
])
const ITERATORS = ['keys', 'values', 'entries']
const HELPERS = ['map', 'filter', 'flatMap', 'take', 'drop', 'reduce', 'some', 'every', 'find']

/** What stops a module from being read at all, or fails when it is called, in such a browser. */
export function tooNewIn(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
  const found: string[] = []
  const walk = (node: ts.Node) => {
    const one = tooNew(node)
    if (one !== undefined) found.push(`${name}: ${one}`)
    ts.forEachChild(node, walk)
  }
  walk(file)
  return found
}

function tooNew(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression))
    return calledTooNew(node.expression)
  if (ts.isRegularExpressionLiteral(node)) {
    const [pattern = '', flags = ''] = /^\/(.*)\/(\w*)$/s.exec(node.text)?.slice(1) ?? []
    if (flags.includes('v')) return 'a regular expression with v'
    if (/\(\?<[=!]/.test(pattern)) return 'a regular expression that looks behind'
  }
  if (ts.isClassStaticBlockDeclaration(node)) return 'a static block'
  if (
    ts.isVariableDeclarationList(node) &&
    (node.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using
  )
    return 'using'
  return undefined
}

function calledTooNew({ expression, name: { text } }: ts.PropertyAccessExpression) {
  if (TOO_NEW.has(text)) return text
  if (ts.isIdentifier(expression)) {
    const whole = `${expression.text}.${text}`
    return TOO_NEW.has(whole) ? whole : undefined
  }
  // `map.values().map(…)`: helpers of iterators.
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression))
    return undefined
  const of = expression.expression
  const isOfObject = ts.isIdentifier(of.expression) && of.expression.text === 'Object'
  const isHelper = ITERATORS.includes(of.name.text) && HELPERS.includes(text)
  return isHelper && !isOfObject ? `${of.name.text}().${text}` : undefined
}

/** What a script loads with itself, and what it loads when it is asked to, as written. */
export function importsIn(name: string, source: string): { now: string[]; later: string[] } {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
  const now: string[] = []
  const later: string[] = []
  const walk = (node: ts.Node) => {
    const from =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : undefined
    if (from !== undefined && ts.isStringLiteral(from)) now.push(from.text)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [wanted] = node.arguments
      if (wanted !== undefined && ts.isStringLiteral(wanted)) later.push(wanted.text)
    }
    ts.forEachChild(node, walk)
  }
  walk(file)
  return { now, later }
}

/** Every mistake of the grammar of a script. */
export function mistakesOfGrammar(name: string, source: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(source, {
    fileName: name.replace(/\.ts$/, '.js'),
    reportDiagnostics: true,
    compilerOptions: {
      allowJs: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
    },
  })
  return diagnostics.map(
    ({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  )
}

// biome-ignore format: a table
const STYLES: readonly (readonly [RegExp, string])[] = [
  [/&\s*[:.#[>+~\w]|&\s*\{/, 'nested rules'],
  [/@(container|scope|starting-style|property|view-transition)\b/, 'a rule of that name'],
  [/@media[^{]*[<>]/, 'a media query with < or >'],
  [/:(has|user-valid|user-invalid|popover-open|dir)\b/, 'a selector of that name'],
  [/\b(color-mix|oklch|oklab|light-dark|linear)\(/, 'a function of that name'],
  [/\b(text-wrap|field-sizing|interpolate-size|anchor-name)\s*:/, 'a property of that name'],
  [/:\s*subgrid\b/, 'a subgrid'],
]

/** The same of a style sheet: rules that the page would be without. */
export const tooNewInStyle = (name: string, source: string): string[] =>
  STYLES.flatMap(([pattern, what]) => {
    const [found] = pattern.exec(source.replaceAll(/\/\*.*?\*\//gs, '')) ?? []
    return found === undefined ? [] : [`${name}: ${what} (${found})`]
  })
