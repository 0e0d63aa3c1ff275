import type { Fetch } from '../client.ts'
import type { Machine } from '../machine.ts'

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
const BODILESS = new Set([204, 205, 304])

/** `fetch` by curl of the machine; whole bodies of text only. Rejects where curl does. */
export const fetchIn =
  (machine: Machine): Fetch =>
  async (url, init = {}) => {
    const request = new Request(url, init)
    const body = await request.text()
    const headers = [...request.headers].flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const words = ['curl', '-sS', '-i', '-H', 'Expect:', '-X', request.method, ...headers]
    if (body !== '') words.push('--data-binary', '@-')
    const line = [...words, url].map(quoted).join(' ')
    const { code, stdout, stderr } = await machine.run(line, { input: body })
    const end = stdout.indexOf('\r\n\r\n')
    const head = stdout.slice(0, end)
    const [, status] = /^HTTP\/\S+ (\d{3})/.exec(head) ?? []
    if (code !== 0 || status === undefined) throw new Error(`curl ended with ${code}: ${stderr}`)
    const received = [...head.matchAll(/^([\w-]+): (.*?)\r?$/gm)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    )
    const text = stdout.slice(end + 4)
    return new Response(BODILESS.has(Number(status)) ? null : text, {
      status: Number(status),
      headers: received,
    })
  }
