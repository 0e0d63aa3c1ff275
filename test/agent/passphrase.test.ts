import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { readPassphrase } from '../../agent/passphrase.ts'

/** Standard input as a pipe, or as a terminal that tells whether it echoes. */
function input(isTTY: boolean) {
  const stream = new PassThrough()
  const raw: boolean[] = []
  const setRawMode = (mode: boolean) => {
    raw.push(mode)
    return process.stdin
  }
  return { raw, stream, stdin: Object.assign(stream, { isTTY, setRawMode }) }
}

test('a piped passphrase is its first line, as it stands', async () => {
  const piped: [text: string, passphrase: string][] = [
    ['secret\n', 'secret'],
    ['secret', 'secret'],
    [' sec ret \r\n', ' sec ret '],
    ['合言葉\nmore\n', '合言葉'],
  ]
  for (const [text, passphrase] of piped) {
    const { stdin } = input(false)
    stdin.end(text)
    assert.equal(await readPassphrase(stdin, assert.fail), passphrase)
  }
})

test('where nothing is piped in, the ways to give a passphrase are said', async () => {
  for (const text of ['', '\n']) {
    const { stdin } = input(false)
    stdin.end(text)
    await assert.rejects(readPassphrase(stdin, assert.fail), {
      code: 'USAGE',
      message: /--passphrase-file/,
    })
  }
})

test('a typed passphrase is not echoed, can be corrected, and the terminal is put back', async () => {
  for (const keys of [['secret\r'], ['sx\u007fec', 'ret\n'], [...'s\bsecret\r']]) {
    const { stdin, stream, raw } = input(true)
    const said: string[] = []
    const reading = readPassphrase(stdin, (text) => said.push(text))
    for (const key of keys) stream.write(key)
    assert.equal(await reading, 'secret')
    assert.deepEqual(raw, [true, false])
    assert.doesNotMatch(said.join(''), /s.*e.*c.*r.*e.*t/)
  }
})

test('Control-C gives up and puts the terminal back', async () => {
  const { stdin, stream, raw } = input(true)
  const reading = readPassphrase(stdin, () => {})
  stream.write('secr\u0003')
  await assert.rejects(reading, { code: 'USAGE' })
  assert.deepEqual(raw, [true, false])
})
