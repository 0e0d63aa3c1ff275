import { fieldsOf, listOf, typeOf } from './schema-types.ts'

/** One operation of the document, as a function of the client. */
interface Operation {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly comment: string
  readonly inputs: readonly Input[]
  /** Content type of a body that is a text; other bodies are JSON. */
  readonly bodyType: string | undefined
  readonly answers: readonly { readonly status: string; readonly type: string }[]
}

interface Input {
  /** In the request object. */
  readonly key: string
  /** As the agent knows it. */
  readonly name: string
  readonly place: 'path' | 'query' | 'header' | 'body'
  readonly required: boolean
  readonly type: string
  readonly description: string
}

/** The members of `Client`, and the object that `connect` gives. */
export function operationsIn(document: unknown): { members: string; functions: string } {
  const operations = Object.entries(fieldsOf(fieldsOf(document)['paths'])).flatMap(
    ([path, methods]) =>
      Object.entries(fieldsOf(methods)).map(([method, one]) => operationOf(method, path, one)),
  )
  return {
    members: operations.map(memberOf).join('\n'),
    functions: operations.map(functionOf).join(''),
  }
}

function operationOf(method: string, path: string, operation: unknown): Operation {
  const { operationId, summary, description, parameters, requestBody, responses } =
    fieldsOf(operation)
  const inputs = [...listOf(parameters).flatMap(inputOf), ...bodyOf(requestBody)]
  const keys = inputs.map(({ key }) => key)
  const doubled = keys.find((key, at) => keys.indexOf(key) !== at)
  if (doubled !== undefined) throw new Error(`${String(operationId)} has two ${doubled}`)
  return {
    name: String(operationId),
    method: method.toUpperCase(),
    path,
    comment: [summary, description]
      .flatMap((text) => text ?? [])
      .join('. ')
      .replace(/\.$/, ''),
    inputs,
    bodyType: textTypeIn(requestBody),
    answers: Object.entries(fieldsOf(responses)).flatMap(answerOf),
  }
}

/** A wait is a number here, and a stream is resumed by `stream()`. */
function inputOf(parameter: unknown): Input[] {
  const { name, in: place, required, schema, description } = fieldsOf(parameter)
  const said = description ?? fieldsOf(schema)['description']
  const about = { required: required === true, description: typeof said === 'string' ? said : '' }
  if (name === 'Last-Event-ID') return []
  if (name === 'Prefer')
    return [{ ...about, key: 'waitSeconds', name, place: 'header', type: 'number' }]
  if (place !== 'path' && place !== 'query' && place !== 'header')
    throw new Error(`no parameter is known in ${String(place)}`)
  return [{ ...about, key: keyOf(String(name)), name: String(name), place, type: typeOf(schema) }]
}

/** `Idempotency-Key` is `idempotencyKey`. */
const keyOf = (name: string) =>
  name
    .split('-')
    .map((word, at) => (at === 0 ? word.charAt(0).toLowerCase() : word.charAt(0)) + word.slice(1))
    .join('')

/** Where a route takes JSON too, that is what the client sends. */
const textTypeIn = (requestBody: unknown) => {
  const [type] = Object.keys(fieldsOf(fieldsOf(requestBody)['content']))
  return type?.startsWith('text/') ? type : undefined
}

function bodyOf(requestBody: unknown): Input[] {
  if (requestBody === undefined) return []
  const { required, description, content } = fieldsOf(requestBody)
  const [media] = Object.values(fieldsOf(content))
  const type = typeOf(fieldsOf(media)['schema'])
  return [
    {
      key: 'body',
      name: 'body',
      place: 'body',
      required: required === true,
      type,
      description: typeof description === 'string' ? description : '',
    },
  ]
}

function answerOf([status, answer]: [string, unknown]): Operation['answers'] {
  const [[type, media] = [undefined, undefined]] = Object.entries(
    fieldsOf(fieldsOf(answer)['content']),
  )
  if (!/^\d+$/.test(status) || type === 'application/problem+json') return []
  return [{ status, type: status === '304' ? 'null' : bodyType(type, media) }]
}

function bodyType(type: string | undefined, media: unknown): string {
  if (type === undefined) return 'unknown'
  if (type.startsWith('text/')) return 'string'
  return /[/+]json$/.test(type) ? typeOf(fieldsOf(media)['schema'], '  ') : 'Uint8Array'
}

function memberOf({ name, method, path, comment, inputs, answers }: Operation): string {
  const optional = inputs.some(({ required }) => required) ? '' : '?'
  const fields = inputs.map(({ key, required, type, description }) => {
    const about = description === '' ? '' : `    /** ${description.replaceAll('*/', '* /')} */\n`
    return `${about}    ${key}${required ? '' : '?'}: ${type}\n`
  })
  const request = fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('')}  }`
  const given = answers.map(({ status, type }) => `Answer<${status}, ${type}>`).join(' | ')
  return `  /** ${comment.replaceAll('*/', '* /')}: \`${method} ${path}\` */
  ${name}(request${optional}: ${request}, options?: CallOptions): Promise<${given}>
`
}

function functionOf({ name, method, path, inputs, bodyType: sent, answers }: Operation): string {
  const of = (place: Input['place']) => inputs.filter((input) => input.place === place)
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key) => `\${encodeURIComponent(request.${key})}`)
  const pairs = (list: readonly Input[]) =>
    list.map((input) => `${JSON.stringify(input.name)}: request.${input.key}`).join(', ')
  const query = of('query')
  const given = of('header').filter(({ key }) => key !== 'waitSeconds')
  const typed = sent === undefined ? '' : `'content-type': '${sent}', `
  const parts = [
    `...options`,
    `method: '${method}'`,
    `path: \`${filled}${query.length > 0 ? `\${queryOf({ ${pairs(query)} })}` : ''}\``,
    ...(given.length > 0 || typed !== '' ? [`headers: { ${typed}${pairs(given)} }`] : []),
    ...(of('body').length > 0 ? ['body: request.body'] : []),
    ...(inputs.some(({ key }) => key === 'waitSeconds')
      ? ['waitSeconds: request.waitSeconds']
      : []),
    `statuses: [${answers.map(({ status }) => status).join(', ')}]`,
  ]
  const fallback = inputs.some(({ required }) => required) ? '' : ' = {}'
  const unused = inputs.length === 0 ? '_request' : 'request'
  return `    ${name}: (${unused}${fallback}, options = {}) => answered({ ${parts.join(', ')} }),\n`
}
